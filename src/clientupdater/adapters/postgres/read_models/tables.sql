-- The tables of exports, without pages. Each is a source of named columns; the statement around it
-- chooses and formats them. Lookups are joined, not looked up row by row: rows are many.

-- name: of_clients
select
    c.client_code, c.full_name, c.address, co.code as company, b.code as branch,
    p.code as product, pt.code as pension_type, pr.code as pensioner_type, ps.code as par_status,
    a.code as account_type, '••••' || c.pension_last4 as pension_number_masked, c.birth_date,
    c.contact_number, c.contact_number_alt, c.past_due_amount, c.loan_status, c.is_active,
    {trackable} as is_trackable,
    staff_name(u.first_name, u.last_name, u.email) as assigned_to, c.updated_at
from clients c
join companies co on co.id = c.company_id
left join branches b on b.id = c.branch_id
left join products p on p.id = c.product_id
left join pension_types pt on pt.id = c.pension_type_id
left join pensioner_types pr on pr.id = c.pensioner_type_id
left join par_statuses ps on ps.id = c.par_status_id
left join account_types a on a.id = c.account_type_id
left join users u on u.id = c.assigned_to
where c.deleted_at is null and {where}

-- name: count_clients
select count(*) from clients c where c.deleted_at is null and {where}

-- name: of_status
-- The last event that is not undone says when and over which channel the status was recorded.
select
    c.client_code, c.full_name, co.code as company, b.code as branch, s.period, t.code as status,
    r.code as reason, s.remarks, s.has_payment, last_recorded.occurred_at, s.next_follow_up_on,
    last_recorded.channel, s.promised_on, s.promised_amount, s.update_count, s.is_terminal,
    s.exempt_cause as exempt, staff_name(o.first_name, o.last_name, o.email) as assigned_to,
    staff_name(u.first_name, u.last_name, u.email) as updated_by, s.updated_at, s.version
from client_period_status s
join clients c on c.id = s.client_id
join companies co on co.id = c.company_id
join status_types t on t.id = s.status_type_id
left join status_reasons r on r.id = s.reason_id
left join branches b on b.id = s.branch_id
left join users o on o.id = c.assigned_to
left join users u on u.id = s.updated_by
left join lateral (
    select e.occurred_at, e.channel
    from status_events e
    where
        s.update_count > 0
        and e.client_period_status_id = s.id
        and e.kind = 'recorded'
        and e.status_type_id = s.status_type_id
        and not exists (
            select
            from status_events v
            where v.client_period_status_id = s.id and v.voids = e.event_sequence
        )
    order by e.event_sequence desc
    limit 1
) last_recorded on true
where c.deleted_at is null and s.period = any(%(periods)s::text[]) and {where}

-- name: count_status
select count(*)
from client_period_status s
join clients c on c.id = s.client_id
where c.deleted_at is null and s.period = any(%(periods)s::text[]) and {where}

-- name: of_report
-- Exempt clients owe no work, so that only the others are counted by status (R1). A branch answers
-- for the clients that it has now (R2).
select
    g.*,
    round(g.done::numeric / nullif(g.asked, 0), 4) as completion_rate,
    round(g.contacted::numeric / nullif(g.asked, 0), 4) as contact_rate,
    round(g.confirmed::numeric / nullif(g.asked, 0), 4) as confirmation_rate
from (
    select
        co.code as company, b.code as branch, b.name as branch_name, s.period,
        count(*) as rows,
        count(*) filter (where s.exempt_cause is not null) as exempt,
        count(*) filter (where s.exempt_cause is null) as asked,
        count(*) filter (where s.exempt_cause is null and t.code = 'PENDING') as pending,
        count(*) filter (where s.exempt_cause is null and t.code = 'TO_FOLLOW') as to_follow,
        count(*) filter (where s.exempt_cause is null and t.code = 'CALLED') as called,
        count(*) filter (where s.exempt_cause is null and t.code = 'VISITED') as visited,
        count(*) filter (where s.exempt_cause is null and t.code = 'UPDATED') as updated,
        count(*) filter (where s.exempt_cause is null and t.code = 'DONE') as done,
        count(*) filter (
            where
                s.exempt_cause is null
                and t.code not in (
                    'PENDING', 'TO_FOLLOW', 'CALLED', 'VISITED', 'UPDATED', 'DONE'
                )
        ) as other,
        count(*) filter (where s.is_terminal) as terminal,
        count(*) filter (where s.has_payment) as with_payment,
        count(*) filter (where s.exempt_cause is null and s.update_count > 0 and {contacted})
            as contacted,
        count(*) filter (
            where s.exempt_cause is null and t.code = 'DONE' and r.code = 'CONFIRMED'
        ) as confirmed
    from client_period_status s
    join clients c on c.id = s.client_id
    join companies co on co.id = c.company_id
    join status_types t on t.id = s.status_type_id
    left join status_reasons r on r.id = s.reason_id
    left join branches b on b.id = c.branch_id
    where c.deleted_at is null and s.period = any(%(periods)s::text[]) and {where}
    group by co.code, b.code, b.name, s.period
) g

-- name: contacted
exists (
    select
    from status_events e
    left join status_reasons er on er.id = e.reason_id
    where
        e.client_period_status_id = s.id
        and e.kind = 'recorded'
        and er.code is distinct from 'NOT_REACHABLE'
        and not exists (
            select
            from status_events v
            where v.client_period_status_id = s.id and v.voids = e.event_sequence
        )
)

-- name: count_report
select count(*) from ({source}) n

-- name: csv_text
-- The code points of the domain's ESCAPED_STARTS.
case
    when
        ascii(q.{column}) in (61, 43, 45, 64, 9, 13, 10, 39, 65309, 65291, 65293, 65312)
        then '''' || q.{column}
    else q.{column}
end

-- name: csv_number
q.{column}

-- name: csv_day
q.{column}

-- name: csv_moment
to_char(q.{column}, 'YYYY-MM-DD"T"HH24:MI:SS.USTZH:TZM')

-- name: csv_truth
case q.{column} when true then 'yes' when false then 'no' end

-- name: cell_text
-- A null becomes a character that no cell can hold (EMPTY); a cell holds 32,767 characters.
coalesce(left(q.{column}::text, 32767), e'\x01')

-- name: cell_number
coalesce(q.{column}::text, e'\x01')

-- name: cell_day
-- Spreadsheets count days from here on, and none before 1900.
coalesce((q.{column} - date '1899-12-30')::text, e'\x01')

-- name: cell_moment
coalesce(to_char(q.{column}, 'YYYY-MM-DD"T"HH24:MI:SSTZH:TZM'), e'\x01')

-- name: cell_truth
coalesce(q.{column}::int::text, e'\x01')

-- name: written
select {columns} from ({source} order by {order}) q
