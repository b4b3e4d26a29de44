-- Contact numbers: the value in force, whether a person said it, and the source's last word (C1).

-- name: card
-- Y10: the source that owns a number speaks for it; where none does, the one that spoke last.
select
    c.version, c.contact_conflict,
    c.contact_number, c.contact_number_corrected, said.number,
    c.contact_number_alt, c.contact_number_alt_corrected, said.number_alt
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
) said (number, number_alt)
where c.id = %(client)s and c.deleted_at is null

-- name: save
-- C2: a row for each number in force that is another than before; settling may change none.
with kept as (
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

told as (
    insert into client_changes (
        client_id, field_changed, old_value, new_value, changed_by, changed_at
    )
    select kept.id, change.field, change.old_value, change.new_value, %(by)s, %(now)s
    from kept
    cross join unnest(%(fields)s::text[], %(old_values)s::text[], %(new_values)s::text[])
        change (field, old_value, new_value)
)

select count(*) from kept

-- name: version
select version from clients where id = %(client)s and deleted_at is null
