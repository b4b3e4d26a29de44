with keys as materialized (
    select u.*
    from ((select s.*
from ((select s.sort_name as value, s.client_id
from client_period_status s
where (s.company_id = any(%(companies)s::uuid[])) is true and s.period = %(period_0)s::text and s.status_type_id = %(row_status)s::uuid and (s.company_id = any(%(r_all_companies)s::uuid[])) is true
order by s.sort_name, s.client_id
limit 21) union all (select s.sort_name as value, s.client_id
from client_period_status s
where (s.company_id = any(%(companies)s::uuid[])) is true and s.period = %(period_1)s::text and s.status_type_id = %(row_status)s::uuid and (s.company_id = any(%(r_all_companies)s::uuid[])) is true
order by s.sort_name, s.client_id
limit 21)) s
where true
order by s.value, s.client_id
limit 21)) u
    order by u.value asc, u.client_id asc
    limit 21
)
select k.value, k.client_id, {client_shown}
from keys k
left join clients c on c.id = k.client_id and c.deleted_at is null
{current}
order by k.value asc, k.client_id asc
