-- Saved mappings (Y1), the lookups of cells, and watermarks.

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

-- name: lock
-- One at a time: of two concurrent writers, neither would see the other's lines and replace them.
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

-- name: meaning
-- Everything that decides how a source's cells are read: its mappings, and the lookups with their
-- ids. This is read first: if something changes afterwards, the fingerprints are stored under the
-- older meaning, and those records are compared once more. Under the newer one they would be skipped.
select
    sha256(
        convert_to(
            concat_ws(
                E'\n',
                (
                    select string_agg(
                        concat_ws(
                            E'\t', m.field, m.source_column, m.transform, m.owns_field, m.company_id
                        ),
                        E'\n' order by m.id
                    )
                    from field_mappings m
                    where m.source = %(source)s::text::sync_source and m.is_active
                ),
                (
                    select string_agg(concat_ws(E'\t', w.id, w.code, w.name), E'\n' order by w.id)
                    from (
                        {words}
                        union all
                        select 'branches', id, code, name from branches where deleted_at is null
                        union all
                        select 'closed', closed.id, closed.code, heir.code
                        from {closed_branches}
                        union all
                        select 'products', id, code, concat_ws(' ', name, company_id, tracking_cycle)
                        from products
                        where is_active
                    ) w
                )
            ),
            'UTF8'
        )
    )

-- name: mappings
select m.field, m.source_column, m.transform, m.owns_field, co.code
from field_mappings m
left join companies co on co.id = m.company_id
where m.source = %(source)s::text::sync_source and m.is_active
order by m.field

-- name: closed_branches
-- A source that still names a closed branch means the one that took its clients.
branches closed
join branches heir on heir.id = closed.successor_id and heir.deleted_at is null

-- name: lookups
select w.kind, w.code, w.name, null
from ({words}) w (kind, id, code, name)
union all
select 'branches', code, name, null from branches where deleted_at is null
union all
select 'branches', heir.code, closed.code, null
from {closed_branches}
union all
select 'products', p.code, p.name, co.code
from products p
join companies co on co.id = p.company_id
where p.is_active

-- name: companies
select code, id from companies

-- name: watermark
-- Y8: of all companies, the earliest watermark; null if one has none, and then everything is read.
select
    case
        when %(company)s::uuid is not null
            then (
                select w.watermark from sync_watermarks w
                where w.source = %(source)s::text::sync_source and w.company_id = %(company)s
            )
        when
            exists (
                select from companies co
                where co.is_active and not exists (
                    select from sync_watermarks w
                    where w.source = %(source)s::text::sync_source and w.company_id = co.id
                )
            )
            then null
        else (
            select min(w.watermark)
            from sync_watermarks w
            join companies co on co.id = w.company_id and co.is_active
            where w.source = %(source)s::text::sync_source
        )
    end
