with own as materialized (
    select s.client_id, s.period, s.due_on, s.work_rank, s.sort_name
    from (
    select *
    from clients m
    where m.assigned_to = %(r_actor)s::uuid and m.deleted_at is null and not ((
    m.company_id = any(%(r_branch_companies)s::uuid[])
    and m.branch_id = any(%(r_direct_branches)s::uuid[])
))
    offset 0
) c
cross join lateral (
    select r.*
    from client_period_status r
    where
        r.client_id = c.id
        and (r.client_id, r.period) >= (c.id, least((%(periods)s::text[])[1], (%(periods)s::text[])[2]))
        and (r.client_id, r.period)
        <= (c.id, greatest((%(periods)s::text[])[1], (%(periods)s::text[])[2]))
        and array[r.period] <@ %(periods)s::text[]
    offset 0
) s
    where s.is_open and (
    c.company_id = any(%(r_self_companies)s::uuid[])
    and c.assigned_to = %(r_actor)s::uuid
)
),
keys as materialized (
    select u.*
    from unnest(
        %(phases)s::int[], %(due_ons)s::date[], %(ranks)s::bigint[], %(clients)s::uuid[],
        %(periods_after)s::text[], %(last_due_ons)s::date[], %(last_ranks)s::bigint[]
    ) p (phase, due_on, rank, client, period, last_due_on, last_rank)
    cross join lateral (
        select p.phase, u.*
        from ((select w.* from unnest(%(branches)s::uuid[]) lead (id)
cross join unnest(%(periods)s::text[]) of_period (period) cross join lateral (select s.due_on, s.work_rank, '' as sort_name, s.client_id, s.period
from client_period_status s
where
    (s.home_branch_id, s.period, s.due_on, s.work_rank, s.client_id) >= (lead.id, of_period.period, p.due_on, p.rank, p.client)
    and (s.home_branch_id, s.period, s.due_on, s.work_rank)
<= (lead.id, of_period.period, p.last_due_on, p.last_rank) and s.is_open and (s.due_on, s.work_rank, s.client_id, s.period) > (p.due_on, p.rank, p.client, p.period) and ((
    s.company_id = any(%(r_branch_companies)s::uuid[])
    and s.home_branch_id = any(%(r_direct_branches)s::uuid[])
)) is true
order by s.home_branch_id, s.period, s.due_on, s.work_rank, s.client_id
limit %(most_of_branch)s::bigint) w) union all (select s.due_on, s.work_rank, '' as sort_name, s.client_id, s.period
from own s
where (s.due_on, s.work_rank, s.client_id, s.period) > (p.due_on, p.rank, p.client, p.period) and (s.due_on, s.work_rank) <= (p.last_due_on, p.last_rank)
order by s.due_on, s.work_rank, s.client_id
limit 21)) u
        order by u.due_on, u.work_rank, u.client_id, u.period
        limit 21
    ) u
    limit 21
)
select k.phase, k.due_on, k.work_rank, k.sort_name, k.client_id, k.period, {work_shown}
from keys k
left join clients c on c.id = k.client_id and c.deleted_at is null
left join client_period_status s on s.client_id = k.client_id and s.period = k.period and c.id is not null
order by k.phase, k.due_on, k.work_rank, k.client_id, k.period
