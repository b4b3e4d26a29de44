-- Rows and events of single clients, and opening whole periods. Row-level security limits every
-- statement to what the caller sees.

-- name: lock_openings
-- A batch takes this lock before it reads clients, so that no client ends unseen meanwhile.
select pg_advisory_xact_lock({openings})

-- name: openings
-- The lock's key: two numbers that nothing else in the database uses.
1667856208, 1

-- name: row_columns
s.client_id, s.company_id, s.period, s.status_type_id::text, s.reason_id::text, s.remarks,
s.next_follow_up_on, s.has_payment, s.promised_on, s.promised_amount, s.update_count, s.exempt_cause,
s.terminal_at, s.revived_at, s.contact_branch_id, s.contact_by, s.done_by, s.done_at, s.branch_id,
s.updated_by, s.updated_at, s.version

-- name: rows
-- By the key of client and period alone: compared as one place, since no other index has both in
-- this order. As two equalities they let the planner walk all rows of a period that was just opened,
-- since the statistics know nothing of it yet.
select {row_columns}
from client_period_status s
where
    s.client_id = %(client)s
    and (s.client_id, s.period) >= (%(client)s::uuid, %(from)s::text)
    and (s.client_id, s.period) <= (%(client)s::uuid, %(to)s::text)
order by
    s.period_year desc,
    coalesce(s.period_month, s.period_quarter * 3 - 2) desc,
    s.period_type desc

-- name: lock_rows
-- In the order in which everybody writes them: by client, then by period.
select count(*)
from (
    select s.id
    from unnest(%(clients)s::uuid[], %(from)s::text[], %(to)s::text[]) w (client_id, first, last)
    join client_period_status s
        on s.client_id = w.client_id
        and (s.client_id, s.period) >= (w.client_id, w.first)
        and (s.client_id, s.period) <= (w.client_id, w.last)
    order by
        s.client_id, s.period_year, coalesce(s.period_month, s.period_quarter * 3 - 2), s.period_type
    for no key update of s
) locked

-- name: rows_of_many
select {row_columns}
from unnest(%(clients)s::uuid[], %(from)s::text[], %(to)s::text[]) w (client_id, first, last)
join client_period_status s
    on s.client_id = w.client_id
    and (s.client_id, s.period) >= (w.client_id, w.first)
    and (s.client_id, s.period) <= (w.client_id, w.last)

-- name: histories
select s.client_id, s.period, {event_columns}
from unnest(%(clients)s::uuid[], %(from)s::text[], %(to)s::text[]) w (client_id, first, last)
join client_period_status s
    on s.client_id = w.client_id
    and (s.client_id, s.period) >= (w.client_id, w.first)
    and (s.client_id, s.period) <= (w.client_id, w.last)
join status_events e on e.client_period_status_id = s.id
join status_types t on t.id = e.status_type_id
left join status_reasons r on r.id = e.reason_id
order by s.client_id, s.period, e.event_sequence

-- name: event_columns
e.event_sequence, e.kind, t.code, r.code, e.remarks, e.has_payment, e.is_terminal, e.channel,
e.occurred_at, e.created_at, e.branch_id, e.next_follow_up_on, e.promised_on,
e.promised_amount, e.voids, e.exempt_cause, e.created_by

-- name: history
-- By the key alone, as rows.
select {event_columns}
from status_events e
join client_period_status s on s.id = e.client_period_status_id
join status_types t on t.id = e.status_type_id
left join status_reasons r on r.id = e.reason_id
where
    s.client_id = %(client)s
    and (s.client_id, s.period) >= (%(client)s::uuid, %(period)s::text)
    and (s.client_id, s.period) <= (%(client)s::uuid, %(period)s::text)
order by e.event_sequence

-- name: open
-- The event follows in a statement of its own: row-level security shows it to those who see its
-- row, and within one statement that row is not there yet.
insert into client_period_status (
    client_id, company_id, branch_id, period_type, period_year, period_month, period_quarter,
    status_type_id, created_at, updated_at
)
select
    %(client)s, %(company)s, %(branch)s, %(cycle)s, %(year)s, %(month)s, %(quarter)s,
    t.id, %(recorded_at)s, %(recorded_at)s
from status_types t
where t.code = 'PENDING'
on conflict on constraint client_period_status_one_per_period do nothing
returning id

-- name: opened
insert into status_events (
    client_period_status_id, event_sequence, kind, status_type_id, company_id, branch_id,
    occurred_at, created_at
)
select
    s.id, 0, 'opened', s.status_type_id, s.company_id, s.branch_id, %(occurred_at)s, %(recorded_at)s
from client_period_status s
where s.id = %(row)s

-- name: append
-- The row, its event and the entry in the log, by a function that judges the row once.
select append_event(
    %(client)s, %(period)s, %(seen)s,
    %(row_status)s, %(row_reason)s, %(row_remarks)s, %(row_follow_up)s, %(row_payment)s, %(row_promised_on)s,
    %(row_promised_amount)s, %(row_updates)s, %(row_exempt)s, %(row_terminal_at)s,
    %(row_revived_at)s, %(row_contact_branch)s, %(row_contact_by)s, %(row_done_by)s, %(row_done_at)s,
    %(row_done_on)s, %(row_branch)s, %(row_updated_by)s, %(recorded_at)s,
    %(kind)s, %(status)s, %(reason)s, %(remarks)s, %(has_payment)s, %(is_terminal)s, %(channel)s,
    %(occurred_at)s, %(branch)s, %(follow_up)s, %(promised_on)s, %(promised_amount)s, %(voids)s,
    %(exempt)s, %(by)s,
    %(actor)s, %(action)s, %(resource)s, %(resource_id)s, %(details)s, %(ip_address)s, %(user_agent)s
)

-- name: open_many
-- As open, of many; their events follow.
insert into client_period_status (
    client_id, company_id, branch_id, period_type, period_year, period_month, period_quarter,
    status_type_id, created_at, updated_at
)
select
    w.client, w.company, w.branch, w.cycle::period_type, w.year, w.month, w.quarter, t.id,
    w.recorded_at, w.recorded_at
from jsonb_to_recordset(%(rows)s) w (
    client uuid, company uuid, branch uuid, cycle text, year integer, month integer,
    quarter integer, recorded_at timestamptz
)
cross join status_types t
where t.code = 'PENDING'
order by w.client
on conflict on constraint client_period_status_one_per_period do nothing

-- name: write_many
-- S9, S10: each row is brought to where it stands after its events, which get their positions in their
-- sequence; where a row has moved on, nothing is written.
with updated_row as (
    update client_period_status s
    set
        status_type_id = w.row_status,
        reason_id = w.row_reason,
        remarks = w.row_remarks,
        next_follow_up_on = w.row_follow_up,
        has_payment = w.row_payment,
        promised_on = w.row_promised_on,
        promised_amount = w.row_promised_amount,
        update_count = w.row_updates,
        exempt_cause = w.row_exempt,
        is_terminal = w.row_terminal_at is not null,
        terminal_at = w.row_terminal_at,
        revived_at = w.row_revived_at,
        contact_branch_id = w.row_contact_branch,
        contact_by = w.row_contact_by,
        done_by = w.row_done_by,
        done_at = w.row_done_at,
        done_on = w.row_done_on,
        branch_id = w.row_branch,
        updated_by = w.row_updated_by,
        updated_at = w.row_updated_at,
        version = s.version + w.more
    from jsonb_to_recordset(%(rows)s) w (
        client uuid, period text, seen integer, more integer, row_status uuid, row_reason uuid,
        row_remarks text, row_follow_up date, row_payment boolean, row_promised_on date,
        row_promised_amount numeric, row_updates integer, row_exempt text,
        row_terminal_at timestamptz, row_revived_at timestamptz, row_contact_branch uuid,
        row_contact_by uuid, row_done_by uuid, row_done_at timestamptz, row_done_on date, row_branch uuid,
        row_updated_by uuid, row_updated_at timestamptz
    )
    where
        s.client_id = w.client
        and (s.client_id, s.period) >= (w.client, w.period)
        and (s.client_id, s.period) <= (w.client, w.period)
        and s.version = w.seen
    returning s.id, s.client_id, s.company_id, s.period
),

added as (
    insert into status_events (
        client_period_status_id, event_sequence, kind, status_type_id, reason_id, remarks,
        has_payment, is_terminal, channel, occurred_at, created_at, company_id, branch_id,
        next_follow_up_on, promised_on, promised_amount, voids, exempt_cause, created_by
    )
    select
        updated_row.id, e.sequence, e.kind, e.status, e.reason, e.remarks, e.has_payment, e.is_terminal, e.channel,
        e.occurred_at, e.recorded_at, updated_row.company_id, e.branch, e.follow_up, e.promised_on,
        e.promised_amount, e.voids, e.exempt, e.by
    from jsonb_to_recordset(%(events)s) e (
        client uuid, period text, sequence integer, kind text, status uuid, reason uuid,
        remarks text, has_payment boolean, is_terminal boolean, channel text,
        occurred_at timestamptz, recorded_at timestamptz, branch uuid, follow_up date,
        promised_on date, promised_amount numeric, voids integer, exempt text, by uuid
    )
    join updated_row on updated_row.client_id = e.client and updated_row.period = e.period
    order by e.sequence
)

select updated_row.client_id, updated_row.period from updated_row

-- name: open_batch
-- P4: this decides which clients are due, as Client.is_due does; one suite holds both. The limit
-- is a number in the text: as a parameter it would get a plan for a tenth of all clients.
with looked_at as (
    select
        id, company_id, branch_id, product_id, par_status_id, tracking_cycle_from, is_active,
        deleted_at
    from clients
    where id > %(after)s
    order by id
    limit :at_most
),

opened as (
    insert into client_period_status (
        client_id, company_id, branch_id, period_type, period_year, period_month, period_quarter,
        status_type_id, created_at, updated_at
    )
    select
        c.id, c.company_id, c.branch_id, %(cycle)s::text::period_type, %(year)s, %(month)s,
        %(quarter)s, (select id from status_types where code = 'PENDING'), %(now)s, %(now)s
    from looked_at c
    where {due}
    on conflict on constraint client_period_status_one_per_period do nothing
    returning id, company_id, branch_id, status_type_id
),

added as (
    insert into status_events (
        client_period_status_id, event_sequence, kind, status_type_id, company_id, branch_id,
        occurred_at, created_at
    )
    select id, 0, 'opened', status_type_id, company_id, branch_id, %(now)s, %(now)s
    from opened
    returning 1
)

select
    (select count(*) from added),
    (select count(*) from looked_at),
    (select id from looked_at order by id desc limit 1)

-- name: missing
select count(*) from clients c where {due}

-- name: unmapped
select count(*) from clients c where c.product_id is null and {trackable}

-- name: note
insert into period_openings (
    period_type, period_year, period_month, period_quarter, rows_opened, clients_unmapped,
    started_at, completed_at, opened_by
)
select
    %(cycle)s::text::period_type, %(year)s, %(month)s, %(quarter)s, %(rows)s, ({unmapped}),
    %(started_at)s,
    %(finished_at)s, %(by)s::uuid

-- name: noted
select
    period_year, period_month, period_quarter, rows_opened, started_at,
    coalesce(completed_at, started_at), opened_by
from period_openings
order by started_at desc, id
limit %(at_most)s

-- name: due
-- P2, P4, P5: a piece of the two above.
exists (
    select from products p
    where p.id = c.product_id and p.tracking_cycle = %(cycle)s::text::tracking_cycle
)
and (c.tracking_cycle_from is null or c.tracking_cycle_from <= %(from_day)s)
and not {has_row}
and {trackable}

-- name: has_row
-- Looked up client by client (offset 0), by the key alone, as rows.
exists (
    select from client_period_status s
    where
        s.client_id = c.id
        and (s.client_id, s.period) >= (c.id, %(period)s::text)
        and (s.client_id, s.period) <= (c.id, %(period)s::text)
    offset 0
)

-- name: trackable
-- P5: another piece.
c.is_active
and c.deleted_at is null
and not exists (
    select from par_statuses ps
    where ps.id = c.par_status_id and not ps.is_trackable
)
and not {has_terminal_outcome}

-- name: has_terminal_outcome
-- T1, T4: some period ended the client's tracking, and nothing revived it since. Looked up client by
-- client, as above.
exists (
    select from client_period_status t
    where t.client_id = c.id and t.is_terminal
        and not exists (
            select from client_period_status r
            where r.client_id = c.id and r.revived_at >= t.terminal_at
        )
    offset 0
)
