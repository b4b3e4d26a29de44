-- Branches, and the areas that group them.

create table areas (
    id uuid primary key default gen_random_uuid(),
    code varchar(50) not null unique,
    name varchar(255) not null,
    company_id uuid references companies,
    version integer not null default 1,
    deleted_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table branches (
    id uuid primary key default gen_random_uuid(),
    code varchar(50) not null unique,
    name varchar(255) not null,
    location varchar(500),
    category varchar(100),
    version integer not null default 1,
    deleted_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table area_branches (
    area_id uuid not null references areas,
    branch_id uuid not null references branches,
    is_primary boolean not null default false,
    created_at timestamptz not null default now(),
    primary key (area_id, branch_id)
);

create table branch_contacts (
    id uuid primary key default gen_random_uuid(),
    branch_id uuid not null references branches,
    type varchar(50) not null,
    value varchar(255) not null,
    is_primary boolean not null default false,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create index areas_company_id_idx on areas (company_id);
create index area_branches_branch_id_idx on area_branches (branch_id);
-- At most one primary area per branch.
create unique index area_branches_one_primary on area_branches (branch_id) where is_primary;
create index branch_contacts_branch_id_idx on branch_contacts (branch_id);

create trigger touch before update on areas
for each row execute function touch_updated_at();
create trigger touch before update on branches
for each row execute function touch_updated_at();
create trigger touch before update on branch_contacts
for each row execute function touch_updated_at();

-- Areas and branches are marked as deleted; clients and events name them for good.
grant select, insert, update on areas, branches to clientupdater_app;
grant select, insert, update, delete on area_branches, branch_contacts to clientupdater_app;
