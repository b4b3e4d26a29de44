-- The jobs that a company begins with, as sets of grants. What a person changed of a role stays: only
-- a role that is new gets its grants.

with named (code, name, description) as (
    values
    ('telemarketer', 'Telemarketer', 'Calls the clients of their branches and records what happened'),
    ('branch_manager', 'Branch manager', 'Leads the work of their branches: assigns, corrects, reports'),
    ('area_manager', 'Area manager', 'Leads the work of all branches of their areas'),
    ('head_office', 'Head office', 'Watches all branches, looks after staff and syncs'),
    ('operator', 'Operator', 'Keeps the software running: syncs, jobs and schedules'),
    ('administrator', 'Administrator', 'May do everything')
),

new_roles as (
    insert into roles (code, name, description, is_system)
    select n.code, n.name, n.description, true
      from named n
    on conflict (code) do nothing
    returning id, code
)

insert into role_grants (role_id, permission_id, scope)
select r.id, p.id, g.scope::permission_scope
  from new_roles r
  join (values
    ('telemarketer', 'clients:read', 'branch'),
    ('telemarketer', 'clients:update', 'branch'),
    ('telemarketer', 'reports:read', 'branch'),
    ('telemarketer', 'status:read', 'branch'),
    ('telemarketer', 'status:update', 'branch'),
    ('telemarketer', 'status:history:read', 'branch'),
    ('branch_manager', 'clients:read', 'branch'),
    ('branch_manager', 'clients:update', 'branch'),
    ('branch_manager', 'clients:assign', 'branch'),
    ('branch_manager', 'reports:read', 'branch'),
    ('branch_manager', 'status:read', 'branch'),
    ('branch_manager', 'status:update', 'branch'),
    ('branch_manager', 'status:correct', 'branch'),
    ('branch_manager', 'status:history:read', 'branch'),
    ('branch_manager', 'users:read', 'branch'),
    ('branch_manager', 'branches:read', 'all'),
    ('branch_manager', 'areas:read', 'all'),
    ('area_manager', 'clients:read', 'area'),
    ('area_manager', 'clients:update', 'area'),
    ('area_manager', 'clients:assign', 'area'),
    ('area_manager', 'clients:reveal', 'area'),
    ('area_manager', 'reports:read', 'area'),
    ('area_manager', 'reports:export', 'area'),
    ('area_manager', 'status:read', 'area'),
    ('area_manager', 'status:update', 'area'),
    ('area_manager', 'status:correct', 'area'),
    ('area_manager', 'status:history:read', 'area'),
    ('area_manager', 'users:read', 'area'),
    ('area_manager', 'branches:read', 'all'),
    ('area_manager', 'areas:read', 'all'),
    ('head_office', 'clients:read', 'all'),
    ('head_office', 'clients:assign', 'all'),
    ('head_office', 'clients:reveal', 'all'),
    ('head_office', 'reports:read', 'all'),
    ('head_office', 'reports:export', 'all'),
    ('head_office', 'status:read', 'all'),
    ('head_office', 'status:history:read', 'all'),
    ('head_office', 'users:read', 'all'),
    ('head_office', 'users:manage', 'all'),
    ('head_office', 'branches:read', 'all'),
    ('head_office', 'areas:read', 'all'),
    ('head_office', 'config:read', 'all'),
    ('head_office', 'sync:read', 'all'),
    ('head_office', 'sync:execute', 'all'),
    ('operator', 'sync:read', 'all'),
    ('operator', 'sync:execute', 'all'),
    ('operator', 'jobs:manage', 'all'),
    ('operator', 'config:read', 'all'),
    ('operator', 'branches:read', 'all'),
    ('operator', 'areas:read', 'all')
  ) g (role, permission, scope) on g.role = r.code
  join permissions p on p.code = g.permission
union all
select r.id, p.id, 'all'::permission_scope
  from new_roles r
 cross join permissions p
 where r.code = 'administrator';
