-- The logs and audits (L1). Each block is run by the method of the same name in log.py, within the
-- transaction of the action.

-- name: log_action
-- Many at once: actions, resources, ids and details are arrays.
insert into activity_logs (user_id, action, resource, resource_id, details, ip_address, user_agent)
select
    %(actor)s, d.action, d.resource, d.resource_id, d.details, %(ip_address)s, %(user_agent)s
from unnest(
    %(actions)s::text[], %(resources)s::text[], %(resource_ids)s::text[], %(details)s::jsonb[]
) with ordinality d (action, resource, resource_id, details, place)
order by d.place

-- name: log_refusal
insert into authorization_audit (
    actor_id, decision, permission, resource, resource_id, company_id, grants_found, missing,
    request_id, ip_address, origin
)
values (
    %(actor)s, 'refused', %(permission)s, %(resource)s, %(resource_id)s, %(company)s, %(grants)s,
    %(missing)s, %(request_id)s, %(ip_address)s, %(origin)s
)

-- name: log_rights_change
insert into authorization_audit (
    actor_id, decision, permission, subject_user_id, resource, resource_id, company_id, old_values,
    new_values, request_id, ip_address, origin
)
select
    %(actor)s, d.decision, d.permission, d.person, d.resource, d.resource_id, d.company,
    d.old_values, d.new_values, %(request_id)s, %(ip_address)s, %(origin)s
from unnest(
    %(decisions)s::text[], %(permissions)s::text[], %(people)s::uuid[], %(resources)s::text[],
    %(resource_ids)s::text[], %(companies)s::uuid[], %(before)s::jsonb[], %(after)s::jsonb[]
) with ordinality d (
    decision, permission, person, resource, resource_id, company, old_values, new_values, place
)
order by d.place

-- name: log_configuration
insert into config_audit_log (
    id, table_name, record_id, action, old_values, new_values, changed_by, ip_address
)
select
    d.id, d.table_name, d.record_id, d.action, d.old_values, d.new_values, %(actor)s,
    %(ip_address)s
from unnest(
    %(ids)s::uuid[], %(tables)s::text[], %(records)s::text[], %(actions)s::text[], %(before)s::jsonb[],
    %(after)s::jsonb[]
) with ordinality d (id, table_name, record_id, action, old_values, new_values, place)
order by d.place

-- name: log_access
-- The company is the client's own; for a client that the transaction does not see, nothing is logged.
insert into data_access_log (
    actor_id, action, client_id, company_id, subject, details, request_id, ip_address
)
select
    %(actor)s, %(action)s, c.id, c.company_id, %(subject)s, %(origin)s, %(request_id)s,
    %(ip_address)s
from clients c
where c.id = %(client)s
