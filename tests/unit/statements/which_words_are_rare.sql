select array_remove(array[case
    when (select count(*) from (select from ((select w.sort_name, w.client_id
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
) w)) r limit 5000) m) < 5000
        then 0
end, case
    when (select count(*) from (select from ((select w.sort_name, w.client_id
from unnest(%(branches)s::uuid[]) lead (id)
cross join lateral (
    select w.sort_name, w.client_id
    from client_words w
    where
        w.branch_id = lead.id
        and w.word ~>=~ %(word_1)s::text
        and w.word ~<~ (%(word_1)s::text || chr(1114111))
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
        and (w.client_id, w.word) >= (c.id, %(word_1)s::text)
        and (w.client_id, w.word) < (c.id, %(word_1)s::text || chr(1114111))
        and ((
    w.company_id = any(%(r_branch_companies)s::uuid[])
    and w.branch_id = any(%(r_direct_branches)s::uuid[])
) or (
    w.company_id = any(%(r_self_companies)s::uuid[])
    and w.assigned_to = %(r_actor)s::uuid
))
    limit 1
) w)) r limit 5000) m) < 5000
        then 1
end], null), '{}'::text[]
