-- Closing a branch: its clients move to another branch with their rows that are not done (Y11). What a plan
-- counts is what the statements below it write.

-- name: moving
select c.id, c.client_code
from clients c
where c.branch_id = %(branch)s
    and c.deleted_at is null

-- name: not_done
s.status_type_id <> (select id from status_types where code = 'DONE')

-- name: lacks_into
-- A3: the officer does not have the other branch in their territory.
not exists (
    select from user_branches ub where ub.user_id = a.officer_id and ub.branch_id = %(into)s
)
and not exists (
    select
    from user_areas ua
    join areas r on r.id = ua.area_id and r.deleted_at is null
    join area_branches ab on ab.area_id = r.id and ab.branch_id = %(into)s
    where ua.user_id = a.officer_id
)

-- name: moves_contact
-- The other branch may have the same contact already.
k.branch_id = %(branch)s
and %(takes_contacts)s
and not exists (
    select from branch_contacts same
    where same.branch_id = %(into)s and same.type = k.type and same.value = k.value
)

-- name: plan
-- A line for each effect; lines have no ids and no times. Each kind gets its hash.
with moving as materialized ({moving}),

effect (kind, code, what) as (
    select 'client', m.client_code::text, null::text
    from moving m
    union all
    select 'row', m.client_code, s.period
    from moving m
    join client_period_status s on s.client_id = m.id and s.branch_id = %(branch)s
    where {not_done}
    union all
    select 'assignment', m.client_code, u.email
    from moving m
    join client_assignments a on a.client_id = m.id and a.assigned_until is null
    join users u on u.id = a.officer_id
    where {lacks_into}
    union all
    select 'contact', k.type, k.value
    from branch_contacts k
    where {moves_contact}
    union all
    select 'person', u.email, null
    from ({holders}) h
    join users u on u.id = h.user_id
)

select
    e.kind, count(*),
    encode(
        sha256(
            string_agg(
                sha256(convert_to(jsonb_build_array(e.code, e.what)::text, 'UTF8')), ''::bytea
                order by e.code collate "C", e.what collate "C"
            )
        ),
        'hex'
    ),
    (array_agg(e.code order by e.code collate "C"))[1:%(examples)s]
from effect e
group by e.kind
order by e.kind

-- name: lock_clients
select count(*)
from (
    select c.id from clients c where c.branch_id = %(branch)s order by c.id for no key update
) locked

-- name: lock_rows
-- In the order that all writers use: a client's rows by their periods.
select count(*)
from (
    select s.id
    from client_period_status s
    join clients c on c.id = s.client_id
    where c.branch_id = %(branch)s
        and c.deleted_at is null
    order by s.client_id, s.period_year, coalesce(s.period_month, s.period_quarter * 3 - 2),
        s.period_type
    for no key update of s
) locked

-- name: end_assignments
update client_assignments a
set assigned_until = greatest(%(now)s, a.assigned_from), ended_by = %(by)s, end_reason = 'moved'
from ({moving}) m
where a.client_id = m.id
    and a.assigned_until is null
    and {lacks_into}

-- name: note_moved
-- C2: one row for each client.
insert into client_changes (
    client_id, field_changed, old_value, new_value, reason, changed_by, changed_at
)
select m.id, 'branch', %(branch_code)s, %(into_code)s, 'branch closed', %(by)s, %(now)s
from ({moving}) m

-- name: move_clients
update clients c
set branch_id = %(into)s, version = c.version + 1, updated_at = %(now)s
where c.branch_id = %(branch)s
    and c.deleted_at is null

-- name: move_rows
-- S9: the sequence is the version that the row's own update gives.
with moved as (
    update client_period_status s
    set
        branch_id = %(into)s, version = s.version + 1, updated_by = %(by)s,
        updated_at = greatest(%(now)s, s.updated_at)
    from clients c
    where s.branch_id = %(branch)s
        and {not_done}
        and c.id = s.client_id
        and c.branch_id = %(into)s
    returning s.id, s.version, s.status_type_id, s.company_id, s.branch_id, s.updated_at
)

insert into status_events (
    client_period_status_id, event_sequence, kind, status_type_id, company_id, branch_id,
    occurred_at, created_at, created_by
)
select id, version, 'moved', status_type_id, company_id, branch_id, %(now)s, updated_at, %(by)s
from moved

-- name: move_contacts
update branch_contacts k
set
    branch_id = %(into)s,
    is_primary = k.is_primary and not exists (
        select from branch_contacts first
        where first.branch_id = %(into)s and first.type = k.type and first.is_primary
    ),
    version = k.version + 1
where {moves_contact}

-- name: set_successor
-- Branches that were closed into the closed one follow it.
update branches
set successor_id = %(into)s
where id = %(branch)s
    or successor_id = %(branch)s
