-- Sync runs: requests, progress and results.

-- name: jobs
select
    j.id, j.type::text, j.company_id, j.is_preview, j.is_full, j.parameters ->> 'origin',
    coalesce((j.parameters ->> 'rejects_alone')::boolean, false),
    coalesce((j.parameters ->> 'single')::boolean, false),
    j.status::text, j.attempt, j.is_fetched, (j.parameters ->> 'since')::timestamptz,
    j.parameters ->> 'handle', j.as_of, j.stated_count,
    j.records_processed, j.records_created, j.records_updated, j.records_reappeared,
    j.records_rejected, j.records_missing, j.records_deactivated, j.steps, j.consequences,
    encode(j.plan_hash, 'hex'), j.approved_by, j.error, j.created_by, j.created_at, j.started_at,
    j.completed_at
from sync_jobs j

-- name: find
{jobs}
where j.id = %(job)s

-- name: list
{jobs}
where
    (%(companies)s::uuid[] is null or j.company_id = any(%(companies)s))
    and (
        %(before)s::uuid is null
        or (j.created_at, j.id) < (
            select b.created_at, b.id from sync_jobs b where b.id = %(before)s
        )
    )
order by j.created_at desc, j.id desc
limit %(at_most)s

-- name: create
insert into sync_jobs (type, company_id, is_preview, is_full, parameters, created_by, created_at)
values (
    %(source)s::text::sync_job_type, %(company)s, %(preview)s, %(full)s,
    jsonb_strip_nulls(
        jsonb_build_object(
            'origin', %(origin)s::text, 'rejects_alone', %(rejects_alone)s::boolean,
            'single', %(single)s::boolean
        )
    ), %(by)s, %(now)s
)
returning id

-- name: approve
update sync_jobs
set
    status = 'pending', is_preview = false, approved_by = %(by)s, approved_at = %(now)s,
    completed_at = null
where
    id = %(job)s
    and attempt = %(attempt)s
    and (status = 'held' or (status = 'completed' and is_preview))
    and plan_hash is not null

-- name: cancel
update sync_jobs
set status = 'cancelled', completed_at = %(now)s
where id = %(job)s and status in ('pending', 'processing', 'held')

-- name: lock
select status::text, type::text from sync_jobs where id = %(job)s for update

-- name: is_read
select exists (
    select from sync_jobs r
    where r.type = %(source)s::text::sync_job_type
        and r.status = 'processing'
        and r.heartbeat_at > %(now)s - interval '60 seconds'
)

-- name: rival
-- Y9: another run of the same source that has not ended, and whether it sent a heartbeat lately. This
-- query does not lock that run: while it applies, the rows it writes refer to it.
select
    r.id, r.heartbeat_at > %(now)s - make_interval(secs => %(patience)s)
from sync_jobs r
where r.type = %(source)s::text::sync_job_type and r.status = 'processing' and r.id <> %(job)s
for no key update

-- name: is_dead
-- Y9: a run without a heartbeat for that long, which no job of the queue will retry.
r.status in ('pending', 'processing')
and greatest(r.created_at, r.approved_at, r.heartbeat_at)
<= %(now)s - make_interval(secs => %(silence)s)
and not exists (
    select from job_queue q
    where q.queue_name = 'sync'
        and q.unique_key = 'sync:' || r.id
        and q.status in ('pending', 'processing')
)

-- name: dead
select r.id
from sync_jobs r
where {is_dead}
order by r.id
for no key update skip locked

-- name: give_up
update sync_jobs
set
    status = 'failed',
    completed_at = %(now)s,
    error = format(
        'The process that did this run is gone: it was last heard of at %%s UTC. '
        'Nothing was applied; run it again.',
        to_char(
            greatest(created_at, approved_at, heartbeat_at) at time zone 'UTC', 'YYYY-MM-DD HH24:MI'
        )
    )
where id = any(%(lost)s)

-- name: beat
update sync_jobs
set heartbeat_at = %(now)s
where id = %(job)s and attempt = %(attempt)s and status = 'processing'

-- name: begin
update sync_jobs
set
    status = 'processing', attempt = attempt + 1, heartbeat_at = %(now)s, error = null,
    started_at = coalesce(started_at, %(now)s)
where id = %(job)s

-- name: supersede
-- Y7: newer data of the same clients replaces a held run; a replay of rejects is no newer data.
update sync_jobs h
set status = 'cancelled', superseded_by = j.id, completed_at = %(now)s
from sync_jobs j
where
    j.id = %(job)s
    and not j.is_preview
    and not j.parameters ? 'origin'
    and not j.parameters ? 'single'
    and h.type = j.type
    and h.id <> j.id
    and h.status = 'held'
    and h.created_at < j.created_at
    and (j.company_id is null or j.company_id = h.company_id)

-- name: progressed
update sync_jobs
set
    heartbeat_at = %(now)s,
    records_processed = case when %(step)s::text = 'fetch' then %(records)s else records_processed end,
    steps = steps || jsonb_build_object(
        %(step)s::text,
        jsonb_build_object('records', %(records)s::int, 'seconds', %(seconds)s::float8)
    )
where id = %(job)s and attempt = %(attempt)s and status = 'processing'

-- name: fetched
update sync_jobs
set
    as_of = %(as_of)s,
    stated_count = %(stated)s,
    is_fetched = %(ended)s,
    parameters = parameters || jsonb_build_object(
        'since', %(since)s::text, 'handle', %(handle)s::text
    )
where id = %(job)s and attempt = %(attempt)s and status = 'processing'

-- name: finish
update sync_jobs
set
    status = %(status)s::text::job_status,
    completed_at = case when %(status)s::text = 'held' then null else %(now)s::timestamptz end,
    heartbeat_at = %(now)s,
    records_processed = %(received)s,
    records_created = %(created)s,
    records_updated = %(updated)s,
    records_unchanged = %(unchanged)s,
    records_reappeared = %(reappeared)s,
    records_rejected = %(rejected)s,
    records_missing = %(missing)s,
    records_deactivated = %(vanished)s,
    consequences = %(consequences)s,
    plan_hash = decode(%(hash)s, 'hex')
where
    id = %(job)s
    and attempt = %(attempt)s
    and (status = 'processing' or (status = 'pending' and parameters ? 'single'))

-- name: fail
update sync_jobs
set
    status = case when %(comes_back)s then 'pending'::job_status else 'failed' end,
    error = %(error)s,
    completed_at = case when not %(comes_back)s then %(now)s::timestamptz end
where id = %(job)s and attempt = %(attempt)s and status = 'processing'

-- name: keep_plan
insert into sync_plans (sync_job_id, company_id, plan, created_at)
values (%(job)s, %(company)s, %(plan)s, %(now)s)
on conflict (sync_job_id) do update set plan = excluded.plan, created_at = excluded.created_at

-- name: plan
select plan from sync_plans where sync_job_id = %(job)s

-- name: rejects
-- Y3: rejected rows, until another run applies them.
select row_number, client_code, reasons, replayed_by_job_id
from sync_rejects
where sync_job_id = %(job)s and row_number > %(after)s
order by row_number
limit %(at_most)s

-- name: waiting_rejects
select row_number from sync_rejects where sync_job_id = %(job)s and replayed_at is null

-- name: mark_replayed
update sync_rejects r
set replayed_at = %(now)s, replayed_by_job_id = %(by)s
where
    r.sync_job_id = %(job)s
    and r.replayed_at is null
    and not exists (
        select from sync_rejects again
        where again.sync_job_id = %(by)s and again.row_number = r.row_number
    )

-- name: sources
select s.source::text
from unnest(enum_range(null::sync_source)) s (source)
where s.source::text = any(enum_range(null::sync_job_type)::text[])
