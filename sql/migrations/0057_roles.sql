-- A role is a named set of grants. A person's own grants remain what decides (A1): giving a role writes
-- them, and the columns of user_permissions say which of them are there by a role.

create table roles (
    id uuid primary key default gen_random_uuid(),
    code varchar(50) not null unique check (code ~ '^[a-z][a-z0-9_]*$'),
    name varchar(100) not null,
    description text not null default '',
    is_system boolean not null default false,
    version int not null default 1,
    created_by uuid references users,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table role_grants (
    role_id uuid not null references roles on delete cascade,
    permission_id uuid not null references permissions,
    scope permission_scope not null,
    primary key (role_id, permission_id)
);

-- Null: over every company. It counts as a value, as in user_permissions.
create table user_roles (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users,
    role_id uuid not null references roles,
    company_id uuid references companies,
    granted_by uuid references users,
    granted_at timestamptz not null default now(),
    unique nulls not distinct (user_id, role_id, company_id)
);

create index roles_created_by_idx on roles (created_by);
create index role_grants_permission_id_idx on role_grants (permission_id);
create index user_roles_role_id_idx on user_roles (role_id, user_id);
create index user_roles_company_id_idx on user_roles (company_id);
create index user_roles_granted_by_idx on user_roles (granted_by);

create trigger touch before update on roles for each row execute function touch_updated_at();

-- by_role: the scope in force came from a role. direct_scope: what was granted directly before, and
-- stays when the role is taken; null: nothing.
alter table user_permissions add column by_role boolean not null default false;
alter table user_permissions add column direct_scope permission_scope
check (by_role or direct_scope is null);

-- They name people and no client: no row-level security, as with users and their grants.
grant select, insert, update, delete on roles, role_grants, user_roles to clientupdater_app;
