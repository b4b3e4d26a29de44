-- The balance of each branch: a row counts where it ever stood in the period (R4).

-- name: balance
with seen as materialized (
    select
        s.id, s.branch_id, s.exempt_cause is not null as is_exempt, s.is_open,
        x.id is not null or s.exempt_cause is not null as was_exempt
    from client_period_status s
    join clients c on c.id = s.client_id
    left join (
        select distinct e.client_period_status_id as id
        from status_events e
        where e.kind = 'exempted'
    ) x on x.id = s.id
    where c.deleted_at is null and {where} and {branch}
),

moved as materialized ({moved}),

-- Every branch that a row which moved stood in, the one that it was opened in marked.
stood as materialized (
    select s.id, s.branch_id as stands_in, o.branch_id, bool_or(o.event_sequence = 0) as is_first
    from moved m
    join seen s on s.id = m.id
    join status_events o on o.client_period_status_id = s.id and o.kind in ('opened', 'moved')
    group by s.id, s.branch_id, o.branch_id
),

counted as (
    select
        s.branch_id,
        count(*) filter (where m.id is null) as opened, 0 as moved_in,
        count(*) filter (where s.was_exempt and not s.is_exempt) as restored,
        count(*) filter (where not s.is_open and not s.is_exempt) as done,
        count(*) filter (where s.is_open) as open,
        count(*) filter (where s.was_exempt) as exempt,
        0 as moved_out
    from seen s
    left join moved m on m.id = s.id
    group by s.branch_id
    union all
    select
        branch_id,
        count(*) filter (where is_first), count(*) filter (where not is_first), 0, 0, 0, 0,
        count(*) filter (where branch_id <> stands_in)
    from stood
    group by branch_id
)

select
    b.code, b.name, sum(n.opened)::integer, sum(n.moved_in)::integer, sum(n.restored)::integer,
    sum(n.done)::integer, sum(n.open)::integer, sum(n.exempt)::integer, sum(n.moved_out)::integer
from counted n
join branches b on b.id = n.branch_id
where {only}
group by b.code, b.name
order by b.code

-- name: rows_that_moved
select distinct e.client_period_status_id as id
from status_events e
where e.kind = 'moved'

-- name: every_row
select id from seen

-- name: of_branch
(
    s.branch_id = %(branch)s::uuid
    or s.id in (select e.client_period_status_id from status_events e where e.kind = 'moved')
)

-- name: only_branch
n.branch_id = %(branch)s::uuid
