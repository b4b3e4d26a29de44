-- What a person may do (permission, company, scope) and where (branches, areas): rules A1 and A2.

create table permissions (
    id uuid primary key default gen_random_uuid(),
    code varchar(100) not null unique,
    resource varchar(50) not null,
    action varchar(50) not null,
    description text,
    created_at timestamptz not null default now(),
    -- The resource stands before the first colon, the action is all that follows.
    check (code = resource || ':' || action and resource !~ ':')
);

create table user_permissions (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users,
    permission_id uuid not null references permissions,
    -- Null: every company. It counts as a value, so that no grant stands twice (A1).
    company_id uuid references companies,
    scope permission_scope not null default 'self',
    granted_by uuid references users,
    granted_at timestamptz not null default now(),
    unique nulls not distinct (user_id, permission_id, company_id)
);

create table user_branches (
    user_id uuid not null references users,
    branch_id uuid not null references branches,
    granted_by uuid references users,
    granted_at timestamptz not null default now(),
    primary key (user_id, branch_id)
);

-- Gives every live branch of the area (A2).
create table user_areas (
    user_id uuid not null references users,
    area_id uuid not null references areas,
    granted_by uuid references users,
    granted_at timestamptz not null default now(),
    primary key (user_id, area_id)
);

create index user_permissions_permission_id_idx on user_permissions (permission_id);
create index user_permissions_company_id_idx on user_permissions (company_id);
create index user_permissions_granted_by_idx on user_permissions (granted_by);
create index user_branches_branch_id_idx on user_branches (branch_id);
create index user_branches_granted_by_idx on user_branches (granted_by);
create index user_areas_area_id_idx on user_areas (area_id);
create index user_areas_granted_by_idx on user_areas (granted_by);

-- Permissions are what the code asks for: they come with it, by seed, and nobody edits them.
grant select on permissions to clientupdater_app;
grant select, insert, update, delete on user_permissions, user_branches, user_areas
to clientupdater_app;
