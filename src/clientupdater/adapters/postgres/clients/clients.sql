-- Clients, their officers and their contact numbers. Row-level security limits every statement to
-- what the caller sees.

-- name: client_columns
c.id, c.client_code, c.company_id, c.branch_id, c.assigned_to, c.product_id::text,
c.tracking_cycle_from, c.is_active, c.deleted_at is not null, c.par_status_id::text,
client_has_ended(c.id)

-- name: clients
select {client_columns}
from clients c

-- name: client_in_period
-- By a function that judges the client once, and reads the row by the key of client and period alone.
select
    {client_columns},
    {row_columns}
from client_in_period(%(id)s, %(code)s, %(period)s) found
cross join lateral (select (found.client).*) c
cross join lateral (select (found.period_row).*) s

-- name: client_by_id
{clients}
where c.id = %(id)s

-- name: client_by_code
{clients}
where c.client_code = %(code)s

-- name: clients_by_ref
{clients}
where c.id = any(%(ids)s::uuid[]) or c.client_code = any(%(codes)s::text[])

-- name: lock
-- T1: a lock shared among all that lock clients, against the opening of whole periods; and an
-- exclusive lock on each of these clients.
select
    pg_advisory_xact_lock_shared({openings}),
    (
        select count(pg_advisory_xact_lock(hashtextextended(named.id::text, 0)))
        from (select w.id from unnest(%(clients)s::uuid[]) w (id) order by w.id offset 0) named
    )

-- name: assign
-- A3: one statement, since an officer who gives a client away does not see it afterwards. A trigger
-- sets the client's own column.
with ended as (
    update client_assignments
    set
        assigned_until = greatest(assigned_from, %(now)s),
        ended_by = %(by)s,
        end_reason = 'reassigned'
    where client_id = any(%(clients)s::uuid[]) and assigned_until is null
    returning 1
)

insert into client_assignments (client_id, officer_id, assigned_from, assigned_by)
select w.client_id, %(officer)s, %(now)s, %(by)s
from (select count(*) from ended) before
cross join unnest(%(clients)s::uuid[]) w (client_id)

-- name: end_assignments
update client_assignments
set
    assigned_until = greatest(assigned_from, %(now)s),
    ended_by = %(by)s,
    end_reason = %(why)s
where client_id = any(%(clients)s::uuid[]) and assigned_until is null

-- name: contacts
-- C1: the value in force, whether staff corrected it, and the source's latest value. Y10: that is
-- the value of the source that owns the number, or else of the source seen last.
select
    c.version, c.contact_conflict,
    c.contact_number, c.contact_number_corrected, reported.number,
    c.contact_number_alt, c.contact_number_alt_corrected, reported.number_alt
from clients c
cross join lateral (
    select
        (array_agg(s.contact_number order by owns.number desc, s.last_seen_at desc nulls last))[1],
        (
            array_agg(
                s.contact_number_alt order by owns.number_alt desc, s.last_seen_at desc nulls last
            )
        )[1]
    from client_sources s
    cross join lateral (
        select
            coalesce(bool_or(m.field = 'contact_number'), false),
            coalesce(bool_or(m.field = 'contact_number_alt'), false)
        from field_mappings m
        where
            m.source = s.source
            and m.owns_field
            and m.is_active
            and (m.company_id is null or m.company_id = c.company_id)
    ) owns (number, number_alt)
    where s.client_id = c.id
) reported (number, number_alt)
where c.id = %(client)s and c.deleted_at is null

-- name: save_contacts
-- C2: a row of client_changes for each number whose value in force changed; settling may change none.
with saved as (
    update clients c
    set
        contact_number = %(contact_number)s,
        contact_number_corrected = %(contact_number_corrected)s,
        contact_number_alt = %(contact_number_alt)s,
        contact_number_alt_corrected = %(contact_number_alt_corrected)s,
        contact_conflict = %(conflict)s,
        version = c.version + 1
    where c.id = %(client)s and c.version = %(seen)s and c.deleted_at is null
    returning c.id
),

logged as (
    insert into client_changes (
        client_id, field_changed, old_value, new_value, changed_by, changed_at
    )
    select saved.id, change.field, change.old_value, change.new_value, %(by)s, %(now)s
    from saved
    cross join unnest(%(fields)s::text[], %(old_values)s::text[], %(new_values)s::text[])
        change (field, old_value, new_value)
)

select count(*) from saved

-- name: version
select version from clients where id = %(client)s and deleted_at is null
