-- Branches that are not deleted, and their contacts. These tables hold no client's data and have no row-level
-- security: the use cases decide who sees them (A6a).

-- name: branch_columns
b.id, b.code, b.name, b.location, b.category, b.version, m.areas, m.primary_area

-- name: branches
branches b
cross join lateral (
    select
        coalesce(array_agg(a.id order by a.code) filter (where a.id is not null), '{}'),
        (array_agg(a.id) filter (where ab.is_primary))[1]
    from area_branches ab
    join areas a on a.id = ab.area_id and a.deleted_at is null
    where ab.branch_id = b.id
) m (areas, primary_area)

-- name: branch_by_id
select {branch_columns}
from {branches}
where b.deleted_at is null
    and b.id = %(branch)s

-- name: branch_by_code
select {branch_columns}
from {branches}
where b.deleted_at is null
    and b.code = %(branch)s

-- name: branches_by_code
select {branch_columns}
from {branches}
where b.deleted_at is null
    and b.code = any(%(codes)s::text[])

-- name: page
select {branch_columns}
from {branches}
where b.deleted_at is null
    and b.code > %(after)s
order by b.code
limit %(at_most)s

-- name: lock
-- A statement of its own, before the read, so that the read sees what another writer has committed.
select
from branches
where id = %(id)s
for no key update

-- name: add
insert into branches (id, code, name, location, category)
select w.id, w.code, w.name, w.location, w.category
from jsonb_to_recordset(%(branches)s) w (
    id uuid, code text, name text, location text, category text
)
order by w.code

-- name: save
update branches
set name = %(name)s, location = %(location)s, category = %(category)s, deleted_at = %(deleted_at)s,
    version = version + 1
where id = %(id)s
    and version = %(version)s
    and deleted_at is null

-- name: restore
update branches
set deleted_at = null, version = version + 1
where id = %(branch)s
    and deleted_at is not null
    and successor_id is null

-- name: version
select version
from branches
where id = %(id)s
    and deleted_at is null

-- name: count_clients
select count(*)
from clients
where branch_id = %(branch)s
    and deleted_at is null

-- name: holders
select ub.user_id
from user_branches ub
where ub.branch_id = %(branch)s
union
select ua.user_id
from area_branches ab
join areas a on a.id = ab.area_id and a.deleted_at is null
join user_areas ua on ua.area_id = a.id
where ab.branch_id = %(branch)s
order by 1

-- name: contact_columns
k.id, k.branch_id, k.type, k.value, k.is_primary, k.version

-- name: contact
select {contact_columns}
from branch_contacts k
where k.id = %(contact)s

-- name: contacts
select {contact_columns}
from branch_contacts k
where k.branch_id = any(%(branches)s::uuid[])
order by k.branch_id, k.type, k.is_primary desc, k.value, k.id

-- name: clear_primary
-- Of the others of its type: an index allows one primary contact of each type at any moment.
update branch_contacts
set is_primary = false, version = version + 1
where branch_id = %(branch)s
    and type = %(type)s
    and id <> %(id)s
    and is_primary

-- name: add_contact
-- One that is stored again continues with the number of its changes: no version names two values.
insert into branch_contacts (id, branch_id, type, value, is_primary, version)
values (
    %(id)s, %(branch)s, %(type)s, %(value)s, %(is_primary)s,
    1 + (
        select count(*)
        from config_audit_log l
        where l.table_name = 'branch_contacts'
            and l.record_id = %(id)s::text
    )
)

-- name: save_contact
update branch_contacts
set value = %(value)s, is_primary = %(is_primary)s, version = version + 1
where id = %(id)s
    and version = %(version)s

-- name: remove_contact
delete from branch_contacts
where id = %(id)s
