-- The eight lists of words that people choose from, and which company may use which status.
-- They share their columns; a row with is_system keeps its code and is never deleted.

create table companies (
    id uuid primary key default gen_random_uuid(),
    code varchar(50) not null unique,
    name varchar(255) not null,
    is_system boolean not null default false,
    is_active boolean not null default true,
    sort_order integer not null default 0,
    created_by uuid references users,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table pension_types (
    id uuid primary key default gen_random_uuid(),
    code varchar(50) not null unique,
    name varchar(255) not null,
    company_id uuid not null references companies,
    is_system boolean not null default false,
    is_active boolean not null default true,
    sort_order integer not null default 0,
    created_by uuid references users,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table pensioner_types (
    id uuid primary key default gen_random_uuid(),
    code varchar(50) not null unique,
    name varchar(255) not null,
    pension_type_id uuid references pension_types,
    is_system boolean not null default false,
    is_active boolean not null default true,
    sort_order integer not null default 0,
    created_by uuid references users,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table products (
    id uuid primary key default gen_random_uuid(),
    code varchar(50) not null unique,
    name varchar(255) not null,
    company_id uuid not null references companies,
    tracking_cycle tracking_cycle not null default 'monthly',
    is_system boolean not null default false,
    is_active boolean not null default true,
    sort_order integer not null default 0,
    created_by uuid references users,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    -- So that a client's product and company can be held together by one key.
    unique (id, company_id)
);

create table account_types (
    id uuid primary key default gen_random_uuid(),
    code varchar(50) not null unique,
    name varchar(255) not null,
    is_system boolean not null default false,
    is_active boolean not null default true,
    sort_order integer not null default 0,
    created_by uuid references users,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table par_statuses (
    id uuid primary key default gen_random_uuid(),
    code varchar(50) not null unique,
    name varchar(255) not null,
    is_trackable boolean not null default true,
    is_system boolean not null default false,
    is_active boolean not null default true,
    sort_order integer not null default 0,
    created_by uuid references users,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table status_types (
    id uuid primary key default gen_random_uuid(),
    code varchar(50) not null unique,
    name varchar(255) not null,
    -- Display order, no ladder (S2).
    sequence integer not null,
    -- Null: every company (S6).
    company_id uuid references companies,
    is_system boolean not null default false,
    is_active boolean not null default true,
    sort_order integer not null default 0,
    created_by uuid references users,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table status_reasons (
    id uuid primary key default gen_random_uuid(),
    code varchar(50) not null unique,
    name varchar(255) not null,
    status_type_id uuid not null references status_types,
    is_terminal boolean not null default false,
    requires_remarks boolean not null default false,
    is_system boolean not null default false,
    is_active boolean not null default true,
    sort_order integer not null default 0,
    created_by uuid references users,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    -- So that a recorded reason can be held to its status by one key (S4).
    unique (id, status_type_id)
);

-- S6 as a key: which company's clients may stand at which status. "Every company" is spelt out, a
-- row for each, so that a foreign key can hold it; the triggers below keep it complete, whichever
-- of the two sides is added later.
create table status_type_companies (
    status_type_id uuid not null references status_types on delete cascade,
    company_id uuid not null references companies on delete cascade,
    primary key (status_type_id, company_id)
);

create index pension_types_company_id_idx on pension_types (company_id);
create index pensioner_types_pension_type_id_idx on pensioner_types (pension_type_id);
create index products_company_id_idx on products (company_id);
create index status_types_company_id_idx on status_types (company_id);
create index status_reasons_status_type_id_idx on status_reasons (status_type_id);
create index status_type_companies_company_id_idx on status_type_companies (company_id);
create index companies_created_by_idx on companies (created_by);
create index pension_types_created_by_idx on pension_types (created_by);
create index pensioner_types_created_by_idx on pensioner_types (created_by);
create index products_created_by_idx on products (created_by);
create index account_types_created_by_idx on account_types (created_by);
create index par_statuses_created_by_idx on par_statuses (created_by);
create index status_types_created_by_idx on status_types (created_by);
create index status_reasons_created_by_idx on status_reasons (created_by);

create function keep_status_type_companies() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    -- A company and a status added at the same moment must not miss each other.
    lock table status_type_companies in share row exclusive mode;
    if tg_table_name = 'companies' then
        insert into status_type_companies (status_type_id, company_id)
        select s.id, new.id from status_types s where s.company_id is null
        on conflict do nothing;
        return null;
    end if;
    -- Narrowing a status is refused by the foreign keys once other companies' rows hold it: their
    -- history must still read. Deactivate it then, and make another.
    delete from status_type_companies
     where status_type_id = new.id and company_id <> new.company_id;
    insert into status_type_companies (status_type_id, company_id)
    select new.id, c.id from companies c where new.company_id is null or c.id = new.company_id
    on conflict do nothing;
    return null;
end
$$;

create trigger statuses_of_company after insert on companies
for each row execute function keep_status_type_companies();
create trigger companies_of_status after insert or update of company_id on status_types
for each row execute function keep_status_type_companies();

create trigger touch before update on companies
for each row execute function touch_updated_at();
create trigger system_row_stays before delete on companies
for each row when (old.is_system) execute function protect_system_row();
create trigger system_code_stays before update of code, is_system on companies
for each row when (old.is_system and (new.code <> old.code or not new.is_system))
execute function protect_system_row();

create trigger touch before update on pension_types
for each row execute function touch_updated_at();
create trigger system_row_stays before delete on pension_types
for each row when (old.is_system) execute function protect_system_row();
create trigger system_code_stays before update of code, is_system on pension_types
for each row when (old.is_system and (new.code <> old.code or not new.is_system))
execute function protect_system_row();

create trigger touch before update on pensioner_types
for each row execute function touch_updated_at();
create trigger system_row_stays before delete on pensioner_types
for each row when (old.is_system) execute function protect_system_row();
create trigger system_code_stays before update of code, is_system on pensioner_types
for each row when (old.is_system and (new.code <> old.code or not new.is_system))
execute function protect_system_row();

create trigger touch before update on products
for each row execute function touch_updated_at();
create trigger system_row_stays before delete on products
for each row when (old.is_system) execute function protect_system_row();
create trigger system_code_stays before update of code, is_system on products
for each row when (old.is_system and (new.code <> old.code or not new.is_system))
execute function protect_system_row();

create trigger touch before update on account_types
for each row execute function touch_updated_at();
create trigger system_row_stays before delete on account_types
for each row when (old.is_system) execute function protect_system_row();
create trigger system_code_stays before update of code, is_system on account_types
for each row when (old.is_system and (new.code <> old.code or not new.is_system))
execute function protect_system_row();

create trigger touch before update on par_statuses
for each row execute function touch_updated_at();
create trigger system_row_stays before delete on par_statuses
for each row when (old.is_system) execute function protect_system_row();
create trigger system_code_stays before update of code, is_system on par_statuses
for each row when (old.is_system and (new.code <> old.code or not new.is_system))
execute function protect_system_row();

create trigger touch before update on status_types
for each row execute function touch_updated_at();
create trigger system_row_stays before delete on status_types
for each row when (old.is_system) execute function protect_system_row();
create trigger system_code_stays before update of code, is_system on status_types
for each row when (old.is_system and (new.code <> old.code or not new.is_system))
execute function protect_system_row();

create trigger touch before update on status_reasons
for each row execute function touch_updated_at();
create trigger system_row_stays before delete on status_reasons
for each row when (old.is_system) execute function protect_system_row();
create trigger system_code_stays before update of code, is_system on status_reasons
for each row when (old.is_system and (new.code <> old.code or not new.is_system))
execute function protect_system_row();

grant select, insert, update, delete on
    companies, pension_types, pensioner_types, products,
    account_types, par_statuses, status_types, status_reasons
to clientupdater_app;
-- The triggers write it, nobody else.
grant select on status_type_companies to clientupdater_app;
