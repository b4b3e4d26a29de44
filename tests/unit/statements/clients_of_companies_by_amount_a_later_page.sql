with keys as materialized (
    select u.*
    from ((select w.* from unnest(%(companies)s::uuid[]) lead (id) cross join lateral (select c.owed as value, c.id as client_id
from clients c
where c.deleted_at is null and c.company_id = lead.id and (c.company_id = any(%(r_all_companies)s::uuid[])) is true and (c.owed, c.id) < (%(after_value)s::bigint, %(after_client)s::uuid)
order by c.owed desc, c.id desc
limit 21) w)) u
    order by u.value desc, u.client_id desc
    limit 21
)
select k.value, k.client_id, {client_shown}
from keys k
left join clients c on c.id = k.client_id and c.deleted_at is null
{current}
order by k.value desc, k.client_id desc
