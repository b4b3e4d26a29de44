-- Which column fills which field, as people save it (Y1).

-- name: read
select m.field, m.source_column, m.transform, m.owns_field
from field_mappings m
where
    m.source = %(source)s::text::sync_source
    and m.company_id is not distinct from %(company)s
    and m.is_active
order by m.field

-- name: protected
select source_column from protected_columns

-- name: others
select concat_ws(' for ', m.source, co.code), m.field, m.source_column
from field_mappings m
left join companies co on co.id = m.company_id
where
    m.is_active
    and not (
        m.source = %(source)s::text::sync_source
        and m.company_id is not distinct from %(company)s
    )
order by 1, 2

-- name: hold
-- One at a time: of two who save at once, neither would see the lines of the other to replace them.
select pg_advisory_xact_lock(1667856208, 3)

-- name: audit
insert into config_audit_log (
    table_name, record_id, action, old_values, new_values, changed_by, changed_at
)
values ('field_mappings', %(record)s, 'update', %(old)s, %(new)s, %(by)s, %(now)s)

-- name: remove
delete from field_mappings
where source = %(source)s::text::sync_source and company_id is not distinct from %(company)s

-- name: put
insert into field_mappings (source, company_id, field, source_column, transform, owns_field)
values (%(source)s::text::sync_source, %(company)s, %(field)s, %(column)s, %(steps)s, %(owns)s)
