-- Roles, who has them, and the grants that came from them. The method of the same name in roles.py
-- runs each block.

-- name: all
select
    r.code, r.name, r.description, r.is_system, r.version,
    coalesce(
        (
            select jsonb_object_agg(p.code, g.scope)
            from role_grants g
            join permissions p on p.id = g.permission_id
            where g.role_id = r.id
        ),
        '{}'::jsonb
    )
from roles r
order by r.code

-- name: count_holders
select r.code, count(distinct h.user_id)
from user_roles h
join roles r on r.id = h.role_id
join users u on u.id = h.user_id and u.deleted_at is null
group by r.code

-- name: add
insert into roles (code, name, description, created_by)
values (%(code)s, %(name)s, %(description)s, %(by)s)

-- name: save
update roles
set name = %(name)s, description = %(description)s, version = version + 1
where code = %(code)s

-- name: clear_grants
-- Those of permissions that only newer code knows stay: during a release, both versions run.
delete from role_grants g
using permissions p
where g.role_id = (select id from roles where code = %(code)s)
    and p.id = g.permission_id
    and p.code = any(%(known)s::text[])

-- name: add_grants
insert into role_grants (role_id, permission_id, scope)
select r.id, p.id, g.scope::permission_scope
from roles r
cross join unnest(%(permissions)s::text[], %(scopes)s::text[]) g (permission, scope)
join permissions p on p.code = g.permission
where r.code = %(code)s

-- name: delete
delete from roles
where code = %(code)s

-- name: delete_traces
-- Of people who were deleted: their role decides nothing any more.
delete from user_roles h
using roles r, users u
where r.id = h.role_id
    and r.code = %(code)s
    and u.id = h.user_id
    and u.deleted_at is not null

-- name: holders
select distinct h.user_id
from user_roles h
join roles r on r.id = h.role_id
join users u on u.id = h.user_id and u.deleted_at is null
where r.code = %(code)s
order by h.user_id

-- name: grants_of
select g.user_id, p.code, g.company_id, g.scope::text, g.by_role, g.direct_scope::text
from user_permissions g
join permissions p on p.id = g.permission_id
where g.user_id = any(%(people)s::uuid[])

-- name: roles_of
select h.user_id, r.code, h.company_id, r.name, h.granted_at
from user_roles h
join roles r on r.id = h.role_id
left join companies c on c.id = h.company_id
where h.user_id = any(%(people)s::uuid[])
order by r.code, c.code nulls first

-- name: give
insert into user_roles (user_id, role_id, company_id, granted_by, granted_at)
select %(person)s, r.id, %(company)s, %(by)s, %(now)s
from roles r
where r.code = %(code)s
on conflict do nothing

-- name: take
delete from user_roles
where user_id = %(person)s
    and role_id = (select id from roles where code = %(code)s)
    and company_id is not distinct from %(company)s

-- name: take_grants
delete from user_permissions g
using permissions p, unnest(
    %(people)s::uuid[], %(permissions)s::text[], %(companies)s::uuid[]
) t (person, permission, company)
where p.code = t.permission
    and g.user_id = t.person
    and g.permission_id = p.id
    and g.company_id is not distinct from t.company

-- name: give_grants
insert into user_permissions (
    user_id, permission_id, company_id, scope, by_role, direct_scope, granted_by, granted_at
)
select
    t.person, p.id, t.company, t.scope::permission_scope, t.by_role,
    t.direct_scope::permission_scope, %(by)s, %(now)s
from unnest(
    %(people)s::uuid[], %(permissions)s::text[], %(companies)s::uuid[], %(scopes)s::text[],
    %(by_role)s::boolean[], %(direct_scopes)s::text[]
) t (person, permission, company, scope, by_role, direct_scope)
join permissions p on p.code = t.permission
on conflict (user_id, permission_id, company_id) do update
set
    scope = excluded.scope,
    by_role = excluded.by_role,
    direct_scope = excluded.direct_scope,
    granted_by = excluded.granted_by,
    granted_at = excluded.granted_at
