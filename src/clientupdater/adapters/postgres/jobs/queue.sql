-- The job queue. Blocks above the line run within a unit of work. The worker runs those below it, each
-- in a transaction of its own. `:at_most` becomes a number in the text: with a parameter the planner
-- would plan for any number.

-- name: columns
j.id, j.job_name, j.queue_name, j.status::text, j.payload, j.unique_key, j.priority, j.attempts,
j.max_attempts, j.company_id, j.created_by, j.scheduled_at, j.created_at, j.worker,
j.lease_expires_at, j.started_at, j.completed_at, j.progress, j.error

-- name: enqueue
with put as (
    insert into job_queue (
        job_name, queue_name, payload, unique_key, priority, scheduled_at, max_attempts,
        company_id, created_by, created_at
    )
    values (
        %(name)s, %(queue)s, %(payload)s, %(key)s, %(priority)s, %(scheduled_at)s,
        %(max_attempts)s, %(company)s, %(requested_by)s, %(now)s
    )
    on conflict (queue_name, unique_key) where status = 'pending' and unique_key is not null
    do nothing
    returning id, queue_name
)
select id, pg_notify('clientupdater_jobs', queue_name) from put

-- name: lock
select {columns} from job_queue j where j.id = %(job)s for update

-- name: list
select {columns}
  from job_queue j
 where (%(queue)s::text is null or j.queue_name = %(queue)s)
   and (%(status)s::job_status is null or j.status = %(status)s)
   and (%(before)s::bigint is null or j.id < %(before)s)
 order by j.id desc
 limit :at_most

-- name: put_back
with put as (
    update job_queue
       set status = 'pending', attempts = 0, scheduled_at = %(now)s, started_at = null,
           completed_at = null, progress = null
     where id = %(job)s
    returning queue_name
)
select pg_notify('clientupdater_jobs', queue_name) from put

-- name: call_off
-- A worker that runs the job loses its claim.
update job_queue
   set status = 'cancelled', completed_at = %(now)s, worker = null, lease_expires_at = null
 where id = %(job)s

-- name: depths
-- Three counts, each with a partial index of its own, so completed jobs are never read.
select queue_name, sum(pending), sum(processing), sum(dead), min(oldest)
  from (
    select queue_name, count(*) pending, 0 processing, 0 dead,
           min(scheduled_at) filter (where scheduled_at <= %(now)s) oldest
      from job_queue where status = 'pending' group by queue_name
    union all
    select queue_name, 0, count(*), 0, null
      from job_queue where status = 'processing' group by queue_name
    union all
    select queue_name, 0, 0, count(*), null
      from job_queue where status = 'dead' group by queue_name
  ) each_of
 group by queue_name
 order by queue_name

-- ---------------------------------------------------------------------------------------------

-- name: no_company
'00000000-0000-0000-0000-000000000000'::uuid

-- name: claim
-- Each company has a line of its own, whose first jobs are locked. A job's turn is the number of its
-- company's running jobs plus its place in the line.
with busy as (
    select coalesce(company_id, {no_company}) company, count(*) jobs
      from job_queue
     where status = 'processing' and queue_name = any(%(queues)s)
     group by 1
),
due as materialized (
    select line.id, line.priority, line.scheduled_at,
           coalesce(busy.jobs, 0) + row_number() over (
               partition by company.id order by line.priority desc, line.scheduled_at, line.id
           ) turn
      from unnest(%(queues)s::text[]) queue (name)
     cross join (select id from companies union all select {no_company}) company
     cross join lateral (
        select j.id, j.priority, j.scheduled_at
          from job_queue j
         where j.status = 'pending'
           and j.queue_name = queue.name
           and coalesce(j.company_id, {no_company}) = company.id
           and j.scheduled_at <= %(now)s
         order by j.priority desc, j.scheduled_at, j.id
         limit :at_most
           for update skip locked
     ) line
      left join busy on busy.company = company.id
),
chosen as materialized (
    select id from due order by priority desc, turn, scheduled_at, id limit :at_most
)
update job_queue j
   set status = 'processing', attempts = j.attempts + 1, worker = %(worker)s,
       lease_expires_at = %(until)s, started_at = %(now)s, progress = null
  from chosen
 where j.id = chosen.id
returning {columns}

-- name: beat
update job_queue j
   set lease_expires_at = greatest(j.lease_expires_at, %(until)s),
       progress = coalesce(sent.progress, j.progress)
  from unnest(%(jobs)s::bigint[], %(workers)s::text[], %(attempts)s::int[], %(progress)s::jsonb[])
       sent (id, worker, attempt, progress)
 where j.id = sent.id and j.worker = sent.worker and j.attempts = sent.attempt
   and j.status = 'processing'
returning j.id

-- name: is_superseded
j.unique_key is not null and exists (
    select from job_queue w
     where w.queue_name = j.queue_name and w.unique_key = j.unique_key and w.status = 'pending'
)

-- name: lost
select {columns}
  from job_queue j
 where j.status = 'processing' and j.lease_expires_at <= %(now)s
 order by j.lease_expires_at
 limit 1
   for update skip locked

-- name: take_back
update job_queue j
   set status = case
           when %(status)s = 'pending' and {is_superseded} then 'cancelled' else %(status)s
       end::job_status,
       worker = null, lease_expires_at = null, error = %(error)s,
       scheduled_at = coalesce(%(not_before)s, j.scheduled_at),
       completed_at = case
           when %(status)s = 'pending' and not ({is_superseded}) then null else %(now)s
       end
 where j.id = %(job)s and j.worker = %(worker)s and j.attempts = %(attempt)s
   and j.status = 'processing'
returning {columns}

-- name: complete
update job_queue j
   set status = 'completed', worker = null, lease_expires_at = null, completed_at = %(now)s,
       error = null
  from unnest(%(jobs)s::bigint[], %(workers)s::text[], %(attempts)s::int[])
       sent (id, worker, attempt)
 where j.id = sent.id and j.worker = sent.worker and j.attempts = sent.attempt
   and j.status = 'processing'
returning j.id

-- name: give_back
with returned as (
    update job_queue j
       set status = case when {is_superseded} then 'cancelled' else 'pending' end::job_status,
           worker = null, lease_expires_at = null, attempts = j.attempts - 1,
           completed_at = case when {is_superseded} then %(now)s end
     where j.id = %(job)s and j.worker = %(worker)s and j.attempts = %(attempt)s
       and j.status = 'processing'
    returning j.id, j.queue_name
)
select id, pg_notify('clientupdater_jobs', queue_name) from returned
