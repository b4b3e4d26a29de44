-- What reports count: the folded counts and the changes since, in one statement (ADR 32).

-- name: counted
(
    {kept}
) c
where {scope}

-- name: kept
select {columns}, k.total as n
from row_counts k
where k.view = '{view}' and k.company_id = %(company)s::uuid and k.period = any(%(periods)s::text[])
union all
select {columns}, k.change
from row_count_changes k
where k.company_id = %(company)s::uuid and k.period = any(%(periods)s::text[])

-- name: counted_as_of
-- R5: what is counted at present, less the rows that have changed since, and with them as they stood
-- (ADR 43).
(
    {kept}
    union all
    select {cell}, -1
    from changed_rows s
    join clients_of_changed_rows c on c.id = s.client_id and c.deleted_at is null
    join status_types t on t.id = s.status_type_id
    left join status_reasons r on r.id = s.reason_id
    where c.company_id = %(company)s::uuid
    union all
    select {cell}, 1
    from client_period_status s
    join clients c on c.id = s.client_id
    join status_types t on t.id = s.status_type_id
    left join status_reasons r on r.id = s.reason_id
    where c.company_id = %(company)s::uuid
) c
where {within} and {scope}

-- name: matters
-- Where a reader has the whole company, only what the report counts by.
e.company_id is not null or {key_changed}
or not (%(company)s::uuid = any(%(past_all_companies)s::uuid[]) and {whole_company})

-- name: cell
s.period, c.company_id, c.branch_id, c.assigned_to, c.product_id, c.pension_type_id,
s.status_type_id, s.exempt_cause is not null as is_exempt, s.has_payment, s.is_terminal,
t.code = 'DONE' as is_done,
t.code = 'DONE' and coalesce(r.code = 'CONFIRMED', false) as is_confirmed,
s.contact_branch_id is not null as is_contacted, s.contact_branch_id, s.contact_by,
case when t.code = 'DONE' then s.branch_id end as done_branch_id, s.done_by, s.done_on

-- name: columns
k.period, k.company_id, k.branch_id, k.assigned_to, k.product_id, k.pension_type_id,
k.status_type_id, k.is_exempt, k.has_payment, k.is_terminal, k.is_done, k.is_confirmed,
k.is_contacted, k.contact_branch_id, k.contact_by, k.done_branch_id, k.done_by, k.done_on

-- name: completion
with counted as materialized (
    select {key_columns}, c.is_done, c.is_confirmed, c.is_contacted, sum(c.n) as n
    from {counted} and not c.is_exempt
    group by {key_columns}, c.is_done, c.is_confirmed, c.is_contacted
),

keyed as (
    {keyed}
)

select
    true, null::uuid, coalesce(sum(n), 0), coalesce(sum(n) filter (where is_done), 0),
    coalesce(sum(n) filter (where is_contacted), 0),
    coalesce(sum(n) filter (where is_confirmed), 0)
from counted
union all
select false, key, sum(denominator), sum(done), sum(contacted), sum(confirmed)
from keyed
group by key
having
    sum(denominator) <> 0 or sum(done) <> 0 or sum(contacted) <> 0 or sum(confirmed) <> 0

-- name: keyed_obligation
select
    c.{key} as key, c.n as denominator, case when c.is_done then c.n else 0 end as done,
    case when c.is_contacted then c.n else 0 end as contacted,
    case when c.is_confirmed then c.n else 0 end as confirmed
from counted c

-- name: keyed_obligation_by_area
select
    ab.area_id as key, c.n as denominator, case when c.is_done then c.n else 0 end as done,
    case when c.is_contacted then c.n else 0 end as contacted,
    case when c.is_confirmed then c.n else 0 end as confirmed
from counted c
join area_branches ab on ab.branch_id = c.branch_id
join areas a on a.id = ab.area_id and a.deleted_at is null

-- name: keyed_credit
-- R2: the completion of a row counts for one, its contact perhaps for another.
select
    c.{done_key} as key, 0 as denominator, c.n as done, 0 as contacted,
    case when c.is_confirmed then c.n else 0 end as confirmed
from counted c
where c.is_done
union all
select c.{contact_key}, 0, 0, c.n, 0
from counted c
where c.is_contacted

-- name: keyed_credit_by_area
select
    a.id as key, 0 as denominator, c.n as done, 0 as contacted,
    case when c.is_confirmed then c.n else 0 end as confirmed
from counted c
join area_branches ab on ab.branch_id = c.done_branch_id
join areas a on a.id = ab.area_id and a.deleted_at is null
where c.is_done
union all
select a.id, 0, 0, c.n, 0
from counted c
join area_branches ab on ab.branch_id = c.contact_branch_id
join areas a on a.id = ab.area_id and a.deleted_at is null
where c.is_contacted

-- name: names_of_branch
select id, code, name from branches where id = any(%(ids)s::uuid[])

-- name: names_of_area
select id, code, name from areas where id = any(%(ids)s::uuid[])

-- name: names_of_product
select id, code, name from products where id = any(%(ids)s::uuid[])

-- name: names_of_pension_type
select id, code, name from pension_types where id = any(%(ids)s::uuid[])

-- name: names_of_officer
select id, id::text, staff_name(first_name, last_name, email) from users
where id = any(%(ids)s::uuid[])

-- name: standing
select
    t.code, c.is_exempt, c.has_payment, c.is_terminal, c.is_confirmed, c.is_contacted, sum(c.n)
from (
    select
        c.status_type_id, c.is_exempt, c.has_payment, c.is_terminal, c.is_confirmed,
        c.is_contacted, sum(c.n) as n
    from {counted}
    group by 1, 2, 3, 4, 5, 6
) c
join status_types t on t.id = c.status_type_id
group by t.sequence, t.code, c.is_exempt, c.has_payment, c.is_terminal, c.is_confirmed, c.is_contacted
having sum(c.n) <> 0
order by t.sequence, t.code

-- name: by_day
select
    c.period, c.done_on, sum(c.n), coalesce(sum(c.n) filter (where c.is_done), 0),
    coalesce(sum(c.n) filter (where c.is_contacted), 0),
    coalesce(sum(c.n) filter (where c.is_confirmed), 0)
from {counted} and not c.is_exempt
group by c.period, c.done_on

-- name: differences
-- What the rows of these periods count, less what is kept of them. Rows and their changes commit
-- together, so that one statement sees both as of one moment, also while others write.
with cells as (
    select
        {cell},
        count(*) as n
    from client_period_status s
    join clients c on c.id = s.client_id and c.deleted_at is null
    join status_types t on t.id = s.status_type_id
    left join status_reasons r on r.id = s.reason_id
    where s.period = any(%(periods)s::text[])
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18
    union all
    select {columns}, -k.change
    from row_count_changes k
    where k.period = any(%(periods)s::text[])
),

in_views as (
    select
        v.view, c.period, c.company_id, c.branch_id, c.assigned_to,
        case when v.view = 'product' then c.product_id end as product_id,
        case when v.view = 'product' then c.pension_type_id end as pension_type_id,
        case when v.view = 'standing' then c.status_type_id end as status_type_id,
        c.is_exempt,
        case when v.view = 'standing' then c.has_payment end as has_payment,
        case when v.view = 'standing' then c.is_terminal end as is_terminal,
        c.is_done, c.is_confirmed, c.is_contacted,
        case when v.view = 'credit' then c.contact_branch_id end as contact_branch_id,
        case when v.view = 'credit' then c.contact_by end as contact_by,
        case when v.view = 'credit' then c.done_branch_id end as done_branch_id,
        case when v.view = 'credit' then c.done_by end as done_by,
        case when v.view = 'day' then c.done_on end as done_on,
        c.n
    from cells c
    cross join unnest('{standing,product,credit,day}'::text[]) v (view)
    union all
    select k.view, {columns}, -k.total
    from row_counts k
    where k.period = any(%(periods)s::text[])
)

select
    view, period, company_id, branch_id, assigned_to, product_id, pension_type_id,
    status_type_id, is_exempt, has_payment, is_terminal, is_done, is_confirmed, is_contacted,
    contact_branch_id, contact_by, done_branch_id, done_by, done_on, sum(n)::integer as missing
from in_views
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19
having sum(n) <> 0

-- name: wrong_counts
select distinct b.code, d.period
from ({differences}) d
join branches b on b.id = d.branch_id
order by 2, 1

-- name: recount
-- Adds what is missing, so that it holds beside writers; no fold runs meanwhile (0065).
insert into row_counts as kept (
    view, period, company_id, branch_id, assigned_to, product_id, pension_type_id,
    status_type_id, is_exempt, has_payment, is_terminal, is_done, is_confirmed, is_contacted,
    contact_branch_id, contact_by, done_branch_id, done_by, done_on, total
)
{differences}
on conflict (
    view, period, company_id, branch_id, assigned_to, is_exempt, is_done, is_confirmed,
    is_contacted, status_type_id, has_payment, is_terminal, product_id, pension_type_id,
    contact_branch_id, contact_by, done_branch_id, done_by, done_on
)
do update set total = kept.total + excluded.total

-- name: counted_periods
select period from client_period_status
union
select period from row_counts
order by 1

-- name: no_fold_meanwhile
select pg_advisory_xact_lock(1667856208, 32)

-- name: fold
select coalesce(fold_row_counts(%(at_most)s), 0)
