-- The eight lookups, each with the facts of its own.

-- name: lookups
select 'companies', code, name, is_active, is_system, sort_order, version, '{}'::jsonb
from companies
where %(inactive)s or is_active
union all
select 'pension_types', t.code, t.name, t.is_active, t.is_system, t.sort_order, t.version,
    jsonb_build_object('company', c.code)
from pension_types t
join companies c on c.id = t.company_id
where %(inactive)s or t.is_active
union all
select 'pensioner_types', t.code, t.name, t.is_active, t.is_system, t.sort_order, t.version,
    jsonb_build_object('pension_type', p.code)
from pensioner_types t
left join pension_types p on p.id = t.pension_type_id
where %(inactive)s or t.is_active
union all
select 'products', t.code, t.name, t.is_active, t.is_system, t.sort_order, t.version,
    jsonb_build_object('company', c.code, 'tracking_cycle', t.tracking_cycle)
from products t
join companies c on c.id = t.company_id
where %(inactive)s or t.is_active
union all
select 'account_types', code, name, is_active, is_system, sort_order, version, '{}'::jsonb
from account_types
where %(inactive)s or is_active
union all
select 'par_statuses', code, name, is_active, is_system, sort_order, version,
    jsonb_build_object('is_trackable', is_trackable)
from par_statuses
where %(inactive)s or is_active
union all
select 'status_types', t.code, t.name, t.is_active, t.is_system, t.sort_order, t.version,
    jsonb_build_object('sequence', t.sequence, 'company', c.code)
from status_types t
left join companies c on c.id = t.company_id
where %(inactive)s or t.is_active
union all
select 'status_reasons', t.code, t.name, t.is_active, t.is_system, t.sort_order, t.version,
    jsonb_build_object(
        'status', s.code, 'is_terminal', t.is_terminal, 'requires_remarks', t.requires_remarks
    )
from status_reasons t
join status_types s on s.id = t.status_type_id
where %(inactive)s or t.is_active
