-- The effects on rows of periods, once the clients have changed: opened, exempted, restored, moved
-- (P4, P6, T1, Y11). This comes last and locks no more rows than it changes.

-- name: touched
create temporary table sync_touched on commit drop as
select x.client_id, x.code
from sync_change x
join clients c on c.id = x.client_id
where
    x.is_new
    or x.vanishes
    or x.reappears
    or exists (
        select from sync_effects e
        where e.kind = 'updated'
            and e.client_id = x.client_id
            and e.what in ('branch', 'company', 'product', 'par_status')
    )
union all
select g.client_id, g.code from sync_gone g where g.vanishes

-- name: measure_touched
analyze sync_touched

-- name: open
-- P4: like opening a whole period, for these clients alone.
with opened as (
    insert into client_period_status (
        client_id, company_id, branch_id, period_type, period_year, period_month, period_quarter,
        status_type_id, created_at, updated_at
    )
    select
        c.id, c.company_id, c.branch_id, %(cycle)s::text::period_type, %(year)s, %(month)s,
        %(quarter)s, (select id from status_types where code = 'PENDING'), %(now)s, %(now)s
    from sync_touched t
    join clients c on c.id = t.client_id
    where {due}
    order by c.id
    on conflict on constraint client_period_status_one_per_period do nothing
    returning id, client_id, company_id, branch_id, status_type_id
),

event as (
    insert into status_events (
        client_period_status_id, event_sequence, kind, status_type_id, company_id, branch_id,
        occurred_at, created_at
    )
    select id, 0, 'opened', status_type_id, company_id, branch_id, %(now)s, %(now)s
    from opened
)

insert into sync_effects (kind, code, client_id, what)
select 'opened', t.code, t.client_id, %(period)s
from opened
join sync_touched t on t.client_id = opened.client_id

-- name: rows_due
-- For each row that is not done: whether its client's tracking exempts it, and its branch.
create temporary table sync_rows on commit drop as
select
    s.id, s.client_id, t.code, s.period, s.period_year,
    coalesce(s.period_month, s.period_quarter * 3 - 2) as first_month, s.period_type,
    s.exempt_cause is distinct from cause.is_now and (
        cause.is_now is not null
        or exists (
            select
            from unnest(%(companies)s::uuid[], %(periods)s::text[]) may (company_id, period)
            where may.company_id = s.company_id and may.period = s.period
        )
    ) as settles,
    cause.is_now as cause,
    s.branch_id <> c.branch_id as moves,
    c.branch_id as new_branch_id
from sync_touched t
join clients c on c.id = t.client_id
join client_period_status s on s.client_id = c.id
cross join lateral (
    select
        case
            when {has_terminal_outcome} then 'terminal'
            when c.deleted_at is not null then 'deleted'
            when not c.is_active then 'inactive'
            when
                exists (
                    select from par_statuses ps where ps.id = c.par_status_id and not ps.is_trackable
                )
                then 'par_status'
        end as is_now
) cause
where
    s.status_type_id <> (select id from status_types where code = 'DONE')
    and (s.exempt_cause is distinct from cause.is_now or s.branch_id <> c.branch_id)

-- name: lock_rows
-- In the order that all writers use: a client's rows by their periods.
select count(*)
from (
    select s.id
    from client_period_status s
    join sync_rows r on r.id = s.id
    where r.settles or r.moves
    order by r.client_id, r.period_year, r.first_month, r.period_type
    for no key update of s
) held

-- name: settle_rows
-- S9: the sequence is the version that the row's own update gives. A row that a person closed just
-- before it was locked stays as it is (S3). R5: what a person recorded since the run began keeps its place
-- before this.
with settled as (
    update client_period_status s
    set
        exempt_cause = r.cause, version = s.version + 1,
        updated_at = greatest(%(now)s, s.updated_at)
    from sync_rows r
    where
        r.settles
        and s.id = r.id
        and s.status_type_id <> (select id from status_types where code = 'DONE')
        and s.exempt_cause is distinct from r.cause
    returning s.id, s.version, s.status_type_id, s.company_id, s.branch_id, s.updated_at, r.cause,
        r.client_id, r.code, r.period
),

event as (
    insert into status_events (
        client_period_status_id, event_sequence, kind, status_type_id, company_id, branch_id,
        exempt_cause, occurred_at, created_at
    )
    select
        id, version, case when cause is null then 'restored' else 'exempted' end, status_type_id,
        company_id, branch_id, cause, %(now)s, updated_at
    from settled
)

insert into sync_effects (kind, code, client_id, what, new_value)
select case when cause is null then 'restored' else 'exempted' end, code, client_id, period, cause
from settled

-- name: move_rows
with moved as (
    update client_period_status s
    set
        branch_id = r.new_branch_id, version = s.version + 1,
        updated_at = greatest(%(now)s, s.updated_at)
    from sync_rows r
    where
        r.moves
        and s.id = r.id
        and s.status_type_id <> (select id from status_types where code = 'DONE')
    returning s.id, s.version, s.status_type_id, s.company_id, s.branch_id, s.updated_at,
        r.client_id, r.code, r.period
),

event as (
    insert into status_events (
        client_period_status_id, event_sequence, kind, status_type_id, company_id, branch_id,
        occurred_at, created_at
    )
    select
        id, version, 'moved', status_type_id, company_id, branch_id, %(now)s, updated_at
    from moved
)

insert into sync_effects (kind, code, client_id, what, new_value)
select 'moved', moved.code, moved.client_id, moved.period, b.code
from moved
join branches b on b.id = moved.branch_id
