with keys as materialized (
    select u.*
    from ((select w.value, w.client_id
from (
    select distinct w.sort_name as value, w.client_id
    from ((select w.sort_name, w.client_id
from unnest(%(branches)s::uuid[]) lead (id)
cross join lateral (
    select w.sort_name, w.client_id
    from client_words w
    where
        w.branch_id = lead.id
        and w.word ~>=~ %(word_0)s::text
        and w.word ~<~ (%(word_0)s::text || chr(1114111))
        and ((
    w.company_id = any(%(r_branch_companies)s::uuid[])
    and w.branch_id = any(%(r_direct_branches)s::uuid[])
) or (
    w.company_id = any(%(r_self_companies)s::uuid[])
    and w.assigned_to = %(r_actor)s::uuid
))
    offset 0
) w union all select c.sort_name, c.id as client_id
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
    select
    from client_words w
    where
        w.client_id = c.id
        and (w.client_id, w.word) >= (c.id, %(word_0)s::text)
        and (w.client_id, w.word) < (c.id, %(word_0)s::text || chr(1114111))
        and ((
    w.company_id = any(%(r_branch_companies)s::uuid[])
    and w.branch_id = any(%(r_direct_branches)s::uuid[])
) or (
    w.company_id = any(%(r_self_companies)s::uuid[])
    and w.assigned_to = %(r_actor)s::uuid
))
    limit 1
) w)) w
    where true
    order by value, w.client_id
    offset 0
) w
cross join lateral (
    select from clients c
    where c.id = w.client_id and c.deleted_at is null and ((
    c.company_id = any(%(r_branch_companies)s::uuid[])
    and c.branch_id = any(%(r_direct_branches)s::uuid[])
) or (
    c.company_id = any(%(r_self_companies)s::uuid[])
    and c.assigned_to = %(r_actor)s::uuid
)) is true and exists (
    select from client_words other
    where
        other.client_id = c.id
        and (other.client_id, other.word) >= (c.id, %(word_1)s::text)
        and (other.client_id, other.word) < (c.id, %(word_1)s::text || chr(1114111))
    offset 0
)
    offset 0
) c
order by w.value, w.client_id
limit 21)) u
    order by u.value asc, u.client_id asc
    limit 21
)
select k.value, k.client_id, {client_shown}
from keys k
left join clients c on c.id = k.client_id and c.deleted_at is null
{current}
order by k.value asc, k.client_id asc
