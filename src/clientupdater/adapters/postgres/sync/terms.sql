-- How a source's records are read: mappings, the words that they look up, watermarks.

-- name: meaning
-- Whatever a source's cells are read by: its mappings, and the words they look up with what these
-- stand for. Read before all that: if one of them is changed in between, what is noted under the
-- older meaning is compared once more, where under the newer one it would be passed over for good.
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
                        select id, code, name from companies where is_active
                        union all
                        select id, code, name from branches where deleted_at is null
                        union all
                        select id, code, concat_ws(' ', name, company_id, tracking_cycle)
                        from products
                        where is_active
                        union all
                        select id, code, name from pension_types where is_active
                        union all
                        select id, code, name from pensioner_types where is_active
                        union all
                        select id, code, name from par_statuses where is_active
                        union all
                        select id, code, name from account_types where is_active
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

-- name: lookups
select 'companies', code, name, null from companies where is_active
union all
select 'branches', code, name, null from branches where deleted_at is null
union all
select 'products', p.code, p.name, co.code
from products p
join companies co on co.id = p.company_id
where p.is_active
union all
select 'pension_types', code, name, null from pension_types where is_active
union all
select 'pensioner_types', code, name, null from pensioner_types where is_active
union all
select 'par_statuses', code, name, null from par_statuses where is_active
union all
select 'account_types', code, name, null from account_types where is_active

-- name: companies
select code, id from companies

-- name: watermark
-- Y8: of all companies, up to where the one that is farthest behind was read; none: all is read.
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
