with keys as materialized (
    select u.*
    from ((select c.sort_name as value, c.id as client_id
from (
    select *
    from clients m
    where m.assigned_to = %(assigned_to)s::uuid and m.deleted_at is null and true
    offset 0
) c
where true and (c.company_id = any(%(r_all_companies)s::uuid[])) is true and c.is_active = %(active)s and c.assigned_to = %(assigned_to)s::uuid
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
