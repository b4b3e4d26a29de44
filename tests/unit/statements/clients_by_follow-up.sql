with keys as materialized (
    select u.*
    from ((select s.due_on as value, s.client_id
from (
    select *
    from clients m
    where m.assigned_to = %(r_actor)s::uuid and m.deleted_at is null and not ((false))
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
where s.is_open and s.due_on > '0001-01-01'::date and ((
    c.company_id = any(%(r_self_companies)s::uuid[])
    and c.assigned_to = %(r_actor)s::uuid
)) is true
order by s.due_on, s.client_id
limit 21)) u
    order by u.value asc, u.client_id asc
    limit 21
)
select k.value, k.client_id, {client_shown}
from keys k
left join clients c on c.id = k.client_id and c.deleted_at is null
{current}
order by k.value asc, k.client_id asc
