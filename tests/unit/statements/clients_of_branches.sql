with keys as materialized (
    select u.*
    from ((select w.* from unnest(%(branches)s::uuid[]) lead (id) cross join lateral (select c.sort_name as value, c.id as client_id
from clients c
where c.deleted_at is null and c.branch_id = lead.id and ((
    c.company_id = any(%(r_branch_companies)s::uuid[])
    and c.branch_id = any(%(r_direct_branches)s::uuid[])
) or (
    c.company_id = any(%(r_self_companies)s::uuid[])
    and c.assigned_to = %(r_actor)s::uuid
)) is true
order by c.sort_name asc, c.id asc
limit 21) w) union (select c.sort_name as value, c.id as client_id
from clients c
where c.deleted_at is null and (
    c.company_id = any(%(r_self_companies)s::uuid[])
    and c.assigned_to = %(r_actor)s::uuid
) and ((
    c.company_id = any(%(r_branch_companies)s::uuid[])
    and c.branch_id = any(%(r_direct_branches)s::uuid[])
) or (
    c.company_id = any(%(r_self_companies)s::uuid[])
    and c.assigned_to = %(r_actor)s::uuid
)) is true
order by c.sort_name asc, c.id asc
limit 21)) u
    order by u.value asc, u.client_id asc
    limit 21
)
select k.value, k.client_id, {client_shown}
from keys k
left join clients c on c.id = k.client_id and c.deleted_at is null
{current}
order by k.value asc, k.client_id asc
