-- Filters that look at events: of a row s that moved or was exempt, and records e of one person. `live`
-- holds for an event e that is not voided, `client` is the client of its row.

-- name: row_open
s.is_open = %(row_open)s

-- name: row_opened_in
exists (
    select from status_events o
    where
        o.client_period_status_id = s.id
        and o.event_sequence = 0
        and o.branch_id = %(row_opened_in)s::uuid
)

-- name: row_moved_in
(
    exists (
        select from status_events o
        where
            o.client_period_status_id = s.id
            and o.kind = 'moved'
            and o.branch_id = %(row_moved_in)s::uuid
    )
    and not exists (
        select from status_events o
        where
            o.client_period_status_id = s.id
            and o.event_sequence = 0
            and o.branch_id = %(row_moved_in)s::uuid
    )
)

-- name: row_moved_out
(
    s.branch_id <> %(row_moved_out)s::uuid
    and exists (
        select from status_events o
        where
            o.client_period_status_id = s.id
            and o.kind in ('opened', 'moved')
            and o.branch_id = %(row_moved_out)s::uuid
    )
)

-- name: found_opened_in
-- What never moved stands where it was opened; the others are few.
c.id = any(array(
    select r.client_id
    from client_period_status r
    where r.branch_id = %(row_opened_in)s::uuid and r.period = any(%(periods)s::text[])
    union
    {moved_clients}
))

-- name: found_moved_in
c.id = any(array({moved_clients}))

-- name: found_moved_out
c.id = any(array({moved_clients}))

-- name: moved_clients
-- Moves since the period began, and a week before: its rows are opened on the evening before.
select r.client_id
from status_events m
join client_period_status r on r.id = m.client_period_status_id
where m.kind = 'moved' and m.created_at >= %(moves_from)s and r.period = any(%(periods)s::text[])

-- name: row_ever_exempt
(
    s.exempt_cause is not null
    or exists (
        select from status_events x
        where x.client_period_status_id = s.id and x.kind = 'exempted'
    )
) = %(row_ever_exempt)s

-- name: row_opened_from
s.created_at >= %(row_opened_from)s

-- name: row_opened_before
s.created_at < %(row_opened_before)s

-- name: row_promised_before
(s.promised_on is not null and s.promised_on < %(row_promised_before)s::date)

-- name: found_records
c.id = any(array(
    select r.client_id
    from status_events e
    join client_period_status r on r.id = e.client_period_status_id
    join clients c on c.id = r.client_id
    where e.kind = 'recorded' and e.created_by = %(recorded_by)s::uuid and {where}
))

-- name: recorded_from
e.created_at >= %(recorded_from)s

-- name: recorded_before
e.created_at < %(recorded_before)s

-- name: recorded_reason
e.reason_id = %(recorded_reason)s::uuid

-- name: recorded_period
r.period = any(%(periods)s::text[])

-- name: is_live
not exists (
    select from status_events v
    where v.client_period_status_id = e.client_period_status_id and v.voids = e.event_sequence
)

-- name: recorded_update
{live}

-- name: recorded_voided
not ({live})

-- name: recorded_contact
({live} and e.reason_id is distinct from {unreachable})

-- name: recorded_completed
({live} and e.status_type_id = (select x.id from status_types x where x.code = 'DONE'))

-- name: recorded_confirmed
({live} and e.reason_id = (select x.id from status_reasons x where x.code = 'CONFIRMED'))

-- name: recorded_terminal
({live} and e.is_terminal)

-- name: recorded_payment
({live} and e.has_payment is true)

-- name: recorded_promise
({live} and e.promised_on is not null)

-- name: recorded_promise_kept
-- A payment noted, by anyone, from the promised day to the days of grace after it.
({live} and e.promised_on is not null and exists (
    select
    from client_period_status pr
    join status_events p on p.client_period_status_id = pr.id
    where
        pr.client_id = {client}
        and (p.kind = 'payment' or (p.kind = 'recorded' and p.has_payment))
        and p.created_at >= e.promised_on::timestamp at time zone %(zone)s
        and p.created_at
        < (e.promised_on + 1 + %(promise_grace_days)s::integer)::timestamp at time zone %(zone)s
        and not exists (
            select from status_events v
            where v.client_period_status_id = pr.id and v.voids = p.event_sequence
        )
))

-- name: recorded_outside_hours
({live} and (
    (e.created_at at time zone %(zone)s)::time < %(hours_start)s::time
    or (e.created_at at time zone %(zone)s)::time >= %(hours_end)s::time
))

-- name: recorded_unreachable_without_follow_up
({live} and e.reason_id = {unreachable} and not exists (
    select from status_events f
    where
        f.client_period_status_id = e.client_period_status_id
        and f.kind = 'recorded'
        and f.next_follow_up_on is not null
))

-- name: recorded_same_remark
({live} and e.remarks in (
    select x.remarks
    from (
        select e.remarks
        from status_events e
        join client_period_status r on r.id = e.client_period_status_id
        join clients c on c.id = r.client_id
        where
            e.kind = 'recorded'
            and e.created_by = %(recorded_by)s::uuid
            and e.remarks is not null
            and c.deleted_at is null
            and {is_live}
            and {within}
    ) x
    group by x.remarks
    having count(*) >= %(same_remark)s::integer
))

-- name: unreachable
(select x.id from status_reasons x where x.code = 'NOT_REACHABLE')
