-- What is written down about who did what (L1). Each block is run by the method of the same name
-- in journal.py, within the transaction of the deed.

-- name: did
-- However many at once: what was done, to what and how are arrays.
insert into activity_logs (user_id, action, resource, resource_id, details, ip_address, user_agent)
select
    %(actor)s, d.action, d.resource, d.resource_id, d.details, %(ip_address)s, %(user_agent)s
from unnest(
    %(actions)s::text[], %(resources)s::text[], %(resource_ids)s::text[], %(details)s::jsonb[]
) with ordinality d (action, resource, resource_id, details, place)
order by d.place

-- name: refused
insert into authorization_audit (
    actor_id, decision, permission, resource, resource_id, company_id, grants_found, missing,
    request_id, ip_address, origin
)
values (
    %(actor)s, 'refused', %(permission)s, %(resource)s, %(resource_id)s, %(company)s, %(grants)s,
    %(missing)s, %(request_id)s, %(ip_address)s, %(origin)s
)

-- name: changed_rights
insert into authorization_audit (
    actor_id, decision, permission, subject_user_id, resource, resource_id, company_id, old_values,
    new_values, request_id, ip_address, origin
)
values (
    %(actor)s, %(decision)s, %(permission)s, %(person)s, %(resource)s, %(resource_id)s,
    %(company)s, %(before)s, %(after)s, %(request_id)s, %(ip_address)s, %(origin)s
)

-- name: saw
-- The company is the client's own; a client out of sight leaves nothing to log.
insert into data_access_log (
    actor_id, action, client_id, company_id, subject, details, request_id, ip_address
)
select
    %(actor)s, %(action)s, c.id, c.company_id, %(subject)s, %(origin)s, %(request_id)s,
    %(ip_address)s
from clients c
where c.id = %(client)s
