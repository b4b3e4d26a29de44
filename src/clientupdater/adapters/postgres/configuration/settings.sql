-- What the business configures.

-- name: settings
select key, company_id, value
from config_settings
where key = %(key)s and (company_id is null or company_id = %(company)s)

-- name: statuses
select
    t.code, t.sequence, t.is_active, t.company_id,
    coalesce(
        (
            select jsonb_agg(
                jsonb_build_object(
                    'code', r.code,
                    'is_terminal', r.is_terminal,
                    'requires_remarks', r.requires_remarks,
                    'is_active', r.is_active
                )
                order by r.sort_order, r.code
            )
            from status_reasons r
            where r.status_type_id = t.id
        ),
        '[]'::jsonb
    )
from status_types t
