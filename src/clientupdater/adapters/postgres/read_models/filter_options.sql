-- The values that the filters of client lists can have, for one scope (A10).

-- name: words
select 'companies', sort_order, code, name, is_active, null
from companies
where id = any(%(companies)s::uuid[])
union all
select 'branches', 0, b.code, b.name, true, null
from branches b
where b.deleted_at is null and {branch_is_seen}
union all
select 'areas', 0, a.code, a.name, true, null
from areas a
where
    a.deleted_at is null
    and (a.company_id is null or a.company_id = any(%(companies)s::uuid[]))
    and exists (
        select from area_branches ab
        join branches b on b.id = ab.branch_id and b.deleted_at is null
        where ab.area_id = a.id and {branch_is_seen}
    )
union all
select 'products', sort_order, code, name, is_active, null
from products
where company_id = any(%(companies)s::uuid[])
union all
select 'pension_types', sort_order, code, name, is_active, null
from pension_types
where company_id = any(%(companies)s::uuid[])
union all
select 'pensioner_types', t.sort_order, t.code, t.name, t.is_active, null
from pensioner_types t
left join pension_types p on p.id = t.pension_type_id
where t.pension_type_id is null or p.company_id = any(%(companies)s::uuid[])
union all
select 'par_statuses', sort_order, code, name, is_active, null from par_statuses
union all
select 'account_types', sort_order, code, name, is_active, null from account_types
union all
select 'statuses', t.sequence, t.code, t.name, t.is_active, null
from status_types t
where {status_is_used}
union all
select 'reasons', r.sort_order, r.code, r.name, r.is_active, t.code
from status_reasons r
join status_types t on t.id = r.status_type_id
where {status_is_used}
order by 1, 2, 3

-- name: branch_is_seen
(
    %(everything)s
    or b.id = any(%(branches)s::uuid[])
    or exists (
        select from clients c
        where
            c.branch_id = b.id
            and {mine}
            and c.company_id = any(%(self_companies)s::uuid[])
            and c.deleted_at is null
    )
)

-- name: status_is_used
%(status_companies)s::uuid[] <> '{}'
and (t.company_id is null or t.company_id = any(%(status_companies)s::uuid[]))

-- name: places
-- Companies and branches all of whose clients are in scope: the policy, but for one's own clients.
places as (
    select co.id as company, b.id as branch
    from companies co
    join branches b
        on
            co.id = any(%(all_companies)s::uuid[])
            or (
                co.id = any(%(branch_companies)s::uuid[])
                and b.id = any(%(direct_branches)s::uuid[])
            )
            or (
                co.id = any(%(area_companies)s::uuid[]) and b.id = any(%(area_branches)s::uuid[])
            )
)

-- name: my_own
-- One's own clients are few, and may be in any branch.
from clients c
where
    {mine}
    and c.company_id = any(%(self_companies)s::uuid[])
    and c.deleted_at is null

-- name: mine
-- A2: the actor's, or those of an officer whom they stand in for, in their own territory.
c.assigned_to = any(%(actor)s || %(stand_ins)s::uuid[])
and (c.assigned_to = %(actor)s or c.branch_id = any(%(stand_in_branches)s::uuid[]))

-- name: loan_statuses
-- A walk from each value to the next greater one, by one look into the index each.
with recursive {places},

held as (
    select
        p.company, p.branch,
        (
            select c.loan_status from clients c
            where {there} and c.loan_status is not null
            order by c.loan_status limit 1
        ) as word
    from places p
    union all
    select
        p.company, p.branch,
        (
            select c.loan_status from clients c
            where {there} and c.loan_status > p.word
            order by c.loan_status limit 1
        )
    from held p
    where p.word is not null
)

select word from held where word is not null
union
select c.loan_status {my_own} and c.loan_status is not null
order by word

-- name: officers
with recursive {places},

held as (
    select
        p.company, p.branch,
        (
            select c.assigned_to from clients c
            where {there} and c.assigned_to is not null
            order by c.assigned_to limit 1
        ) as officer
    from places p
    union all
    select
        p.company, p.branch,
        (
            select c.assigned_to from clients c
            where {there} and c.assigned_to > p.officer
            order by c.assigned_to limit 1
        )
    from held p
    where p.officer is not null
)

select u.id, staff_name(u.first_name, u.last_name, u.email) as name
from users u
where u.id in (select officer from held)
    or u.id in (select c.assigned_to {my_own})
order by name, u.id

-- name: there
c.branch_id = p.branch and c.company_id = p.company and c.deleted_at is null
