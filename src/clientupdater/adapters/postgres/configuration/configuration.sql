-- What the business configures and seldom changes, and the names of staff: read whole, once for each of
-- its generations.

-- name: configuration
select
    (select generation from configuration_generation),
    array(select array[key, company_id::text, value] from config_settings),
    array({codes}),
    array(
        select array[ab.area_id::text, b.id::text]
        from area_branches ab
        join branches b on b.id = ab.branch_id and b.deleted_at is null
    ),
    array(select array[r.id::text, r.status_type_id::text] from status_reasons r),
    array(select array[p.id::text, p.tracking_cycle::text] from products p),
    array(select array[ps.id::text, ps.is_trackable::text] from par_statuses ps),
    array(select array[u.id::text, staff_name(u.first_name, u.last_name, u.email)] from users u),
    (
        select coalesce(jsonb_agg({status}), '[]'::jsonb)
        from status_types t
    )

-- name: codes
select array['company', code, id::text] from companies
union all
select array['branch', code, id::text] from branches where deleted_at is null
union all
select array['any_branch', code, id::text] from branches
union all
select array['area', code, id::text] from areas where deleted_at is null
union all
select array['any_area', code, id::text] from areas
union all
select array['product', code, id::text] from products
union all
select array['pension_type', code, id::text] from pension_types
union all
select array['pensioner_type', code, id::text] from pensioner_types
union all
select array['par_status', code, id::text] from par_statuses
union all
select array['account_type', code, id::text] from account_types
union all
select array['status', code, id::text] from status_types
union all
select array['reason', code, id::text] from status_reasons
union all
select array['permission', code, id::text] from permissions

-- name: status
jsonb_build_object(
    'code', t.code,
    'sequence', t.sequence,
    'is_active', t.is_active,
    'company', t.company_id,
    'reasons', (
        select coalesce(jsonb_agg({reason} order by r.sort_order, r.code), '[]'::jsonb)
        from status_reasons r
        where r.status_type_id = t.id
    )
)

-- name: reason
jsonb_build_object(
    'code', r.code,
    'is_terminal', r.is_terminal,
    'requires_remarks', r.requires_remarks,
    'is_active', r.is_active
)

-- name: generation
select generation from configuration_generation
