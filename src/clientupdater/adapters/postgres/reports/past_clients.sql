-- name: page
-- The clients of a filter at a past moment, and what they were counted by (R3).
select
    k.client_code, k.id, co.code, b.code, p.code, y.code,
    case when h.client_id is null then ps.code else h.par_status end,
    case when a.client_id is null then n.past_due_amount else a.amount end,
    u.id, staff_name(u.first_name, u.last_name, u.email),
    {details}
from (
    select
        c.client_code, c.id, c.company_id, c.branch_id, c.product_id, c.pension_type_id,
        c.assigned_to{row_columns}
    from clients c
    {rows}
    where {where} and c.client_code > %(after)s::text
    order by c.client_code
    limit %(limit)s
) k
join companies co on co.id = k.company_id
join branches b on b.id = k.branch_id
left join products p on p.id = k.product_id
left join pension_types y on y.id = k.pension_type_id
left join users u on u.id = k.assigned_to
join public.clients n on n.id = k.id
left join par_statuses ps on ps.id = n.par_status_id
left join lateral ({amounts}) a on true
left join lateral ({brackets}) h on true
{joins}
order by k.client_code

-- name: rows_of_clients
join client_period_status s on s.client_id = c.id

-- name: columns_of_row
, s.period, s.status_type_id, s.reason_id, s.has_payment, s.is_terminal, s.exempt_cause,
s.next_follow_up_on, s.promised_on, s.update_count, s.branch_id as row_branch_id

-- name: details_of_row
k.period, t.code, r.code, k.has_payment, k.is_terminal, k.exempt_cause, k.next_follow_up_on,
k.promised_on, k.update_count, sb.code

-- name: joins_of_row
join status_types t on t.id = k.status_type_id
left join status_reasons r on r.id = k.reason_id
join branches sb on sb.id = k.row_branch_id

-- name: names
-- Row-level security leaves out those whom the reader does not see at present.
select c.id, c.full_name from clients c where c.id = any(%(ids)s::uuid[]) and {where}
