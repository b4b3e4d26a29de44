-- What is known of records since they were last compared.

-- name: meaning
-- Whatever a source's cells are read by: its mappings, and the words they look up with what these
-- stand for.
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

-- name: known
-- Only of clients whom nobody has touched since, and who stand as the source says. Read apart, since
-- the planner takes what guards these rows for dear, and would look for each by itself.
with said as materialized (
    select k.client_id, k.record_hash, k.client_updated_at, k.named_deleted
    from client_sources k
    where k.source = %(source)s::text::sync_source
        and k.missing_count = 0
        and k.record_hash is not null
)

select coalesce(string_agg(said.record_hash, ''::bytea), ''::bytea)
from said
join clients c on c.id = said.client_id
where c.updated_at = said.client_updated_at and c.is_active <> said.named_deleted
