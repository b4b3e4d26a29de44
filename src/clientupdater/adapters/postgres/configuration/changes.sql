-- The changes of the configuration, and the rows that administrators edit.

-- name: lock
-- Before any row: every change also moves the generation, which is one row for all of them.
select pg_advisory_xact_lock(1667856208, 14)

-- name: change
select l.id, l.table_name, l.record_id, l.old_values, l.new_values, later.changes, later.fields
from config_audit_log l
cross join lateral (
    select
        (
            select count(*)
            from config_audit_log n
            where n.table_name = l.table_name and n.record_id = l.record_id
                and n.position > l.position
        ),
        (
            select coalesce(jsonb_object_agg(f.key, f.value), '{}')
            from (
                select distinct on (e.key) e.key, e.value
                from config_audit_log n
                cross join lateral jsonb_each(coalesce(n.old_values, '{}')) e
                where n.table_name = l.table_name and n.record_id = l.record_id
                    and n.position > l.position
                order by e.key, n.position
            ) f
        )
) later (changes, fields)
where l.id = %(change)s

-- name: next_version
-- Beyond every version that a deleted row of this name had: each of its changes is an entry.
1 + (
    select count(*)
    from config_audit_log l
    where l.table_name = %(table)s and l.record_id = %(record)s
)

-- name: company
(select co.id from companies co where co.code = %(company)s)

-- name: settings
select s.key, co.code, s.value, s.is_public, s.version, s.updated_by, s.updated_at
from config_settings s
left join companies co on co.id = s.company_id

-- name: save_setting
insert into config_settings as s (
    key, company_id, value, value_type, description, is_public, updated_by, created_at, updated_at,
    version
)
values (
    %(key)s, {company}, %(value)s, %(value_type)s::text::value_type, %(description)s,
    %(is_public)s, %(by)s, %(now)s, %(now)s, {next_version}
)
on conflict (key, company_id) do update
set
    value = excluded.value,
    value_type = excluded.value_type,
    is_public = excluded.is_public,
    updated_by = excluded.updated_by,
    version = s.version + 1

-- name: delete_setting
delete from config_settings
where key = %(key)s and company_id is not distinct from {company}

-- name: categories
select code, name, description, is_active, sort_order, version
from config_categories
order by sort_order, code

-- name: add_category
insert into config_categories (code, name, description, is_active, sort_order, version)
values (%(code)s, %(name)s, %(description)s, %(is_active)s, %(sort_order)s, {next_version})

-- name: save_category
update config_categories
set
    name = %(name)s, description = %(description)s, is_active = %(is_active)s,
    sort_order = %(sort_order)s, version = version + 1
where code = %(code)s

-- name: delete_category
delete from config_categories where code = %(code)s

-- name: option
select
    o.id, g.code, co.code, o.code, o.label, o.value, o.metadata, o.is_active, o.is_default,
    o.sort_order, o.parent_option_id, o.version
from config_options o
join config_categories g on g.id = o.category_id
left join companies co on co.id = o.company_id

-- name: options_of_category
{option}
where g.code = %(category)s
order by o.sort_order, o.code, o.id

-- name: option_by_id
{option}
where o.id = %(id)s

-- name: add_option
insert into config_options (
    id, category_id, company_id, code, label, value, metadata, is_active, is_default, sort_order,
    parent_option_id, created_by, version
)
select
    %(id)s, g.id, {company}, %(code)s,
    %(label)s, %(value)s, %(metadata)s, %(is_active)s, %(is_default)s, %(sort_order)s, %(parent)s,
    %(by)s, {next_version}
from config_categories g
where g.code = %(category)s

-- name: save_option
update config_options
set
    label = %(label)s, value = %(value)s, metadata = %(metadata)s, is_active = %(is_active)s,
    is_default = %(is_default)s, sort_order = %(sort_order)s, parent_option_id = %(parent)s,
    version = version + 1
where id = %(id)s

-- name: delete_option
delete from config_options where id = %(id)s

-- name: add_lookup
insert into {table} (code, name, is_active, sort_order, created_by{columns})
values (%(code)s, %(name)s, %(is_active)s, %(sort_order)s, %(by)s{values})

-- name: save_lookup
update {table}
set
    name = %(name)s, is_active = %(is_active)s, sort_order = %(sort_order)s,
    version = version + 1{changes}
where code = %(code)s

-- name: company_has_clients
select exists (
    select from clients c
    join companies co on co.id = c.company_id
    where co.code = %(company)s and c.is_active and c.deleted_at is null
)
