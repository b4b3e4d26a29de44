with keys as materialized (
    select u.*
    from ((select w.* from unnest(%(branches)s::uuid[]) lead (id)
cross join unnest(%(periods)s::text[]) of_period (period) cross join lateral (select s.sort_name as value, s.client_id
from client_period_status s
where s.home_branch_id = lead.id and s.period = of_period.period and s.status_type_id = %(row_status)s::uuid and ((
    s.company_id = any(%(r_branch_companies)s::uuid[])
    and s.home_branch_id = any(%(r_direct_branches)s::uuid[])
)) is true and (false) is true
order by s.sort_name, s.client_id
limit 21) w) union (select s.sort_name as value, s.client_id
from (
    select *
    from clients m
    where m.assigned_to = %(r_actor)s::uuid and m.deleted_at is null and not (((
    m.company_id = any(%(r_branch_companies)s::uuid[])
    and m.branch_id = any(%(r_direct_branches)s::uuid[])
)) and (false))
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
where s.status_type_id = %(row_status)s::uuid and ((
    c.company_id = any(%(r_branch_companies)s::uuid[])
    and c.branch_id = any(%(r_direct_branches)s::uuid[])
) or (
    c.company_id = any(%(r_self_companies)s::uuid[])
    and c.assigned_to = %(r_actor)s::uuid
)) is true and ((
    c.company_id = any(%(t_self_companies)s::uuid[])
    and c.assigned_to = %(t_actor)s::uuid
)) is true
order by s.sort_name, s.client_id
limit 21)) u
    order by u.value asc, u.client_id asc
    limit 21
)
select k.value, k.client_id, {client_shown}
from keys k
left join clients c on c.id = k.client_id and c.deleted_at is null
{current}
order by k.value asc, k.client_id asc
