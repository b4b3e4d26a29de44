with keys as materialized (
    select u.*
    from ((select distinct w.value, w.client_id
from unnest(%(whole_words)s::text[]) whole (word)
cross join lateral (
    select w.sort_name as value, w.client_id
    from client_words w
    cross join lateral (
        select from clients c
        where c.id = w.client_id and c.deleted_at is null and ((
    c.company_id = any(%(r_branch_companies)s::uuid[])
    and c.branch_id in (select unnest(%(r_direct_branches)s::uuid[]))
) or (
    c.company_id = any(%(r_self_companies)s::uuid[])
    and c.assigned_to = %(r_actor)s::uuid
)) is true
        offset 0
    ) c
    where w.word = whole.word and ((
    w.company_id = any(%(r_branch_companies)s::uuid[])
    and w.branch_id in (select unnest(%(r_direct_branches)s::uuid[]))
) or (
    w.company_id = any(%(r_self_companies)s::uuid[])
    and w.assigned_to = %(r_actor)s::uuid
)) and exists (
    select from client_words other
    where
        other.client_id = w.client_id
        and (other.client_id, other.word) >= (w.client_id, %(word_1)s::text)
        and (other.client_id, other.word) < (w.client_id, %(word_1)s::text || chr(1114111))
    offset 0
)
    order by w.sort_name, w.client_id
    limit 21
) w
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
