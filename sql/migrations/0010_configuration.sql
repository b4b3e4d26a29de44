-- What people set up: lists of options, and settings, for all companies or for one.

create table config_categories (
    id uuid primary key default gen_random_uuid(),
    code varchar(100) not null unique,
    name varchar(255) not null,
    description text,
    is_active boolean not null default true,
    sort_order integer not null default 0,
    version integer not null default 1,
    created_at timestamptz not null default now()
);

create table config_options (
    id uuid primary key default gen_random_uuid(),
    category_id uuid not null references config_categories,
    code varchar(100) not null,
    label varchar(255) not null,
    value text,
    metadata jsonb not null default '{}',
    is_active boolean not null default true,
    is_default boolean not null default false,
    sort_order integer not null default 0,
    parent_option_id uuid references config_options,
    company_id uuid references companies,
    created_by uuid references users,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique nulls not distinct (category_id, company_id, code),
    check (parent_option_id <> id)
);

create index config_options_parent_idx on config_options (parent_option_id);
create index config_options_company_id_idx on config_options (company_id);
create index config_options_created_by_idx on config_options (created_by);

create trigger touch before update on config_options
for each row execute function touch_updated_at();

create table config_settings (
    id uuid primary key default gen_random_uuid(),
    key varchar(100) not null,
    value text not null,
    value_type value_type not null default 'string',
    description text,
    is_public boolean not null default false,
    company_id uuid references companies,
    updated_by uuid references users,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    -- One row per key and company; a company's row wins over the general one.
    unique nulls not distinct (key, company_id),
    check (
        case value_type
            when 'number' then value ~ '^-?\d+(\.\d+)?$'
            when 'boolean' then value in ('true', 'false')
            -- The cast answers with an error of its own where it is no JSON.
            when 'json' then jsonb_typeof(value::jsonb) is not null
            else true
        end
    )
);

create index config_settings_company_id_idx on config_settings (company_id);
create index config_settings_updated_by_idx on config_settings (updated_by);

create trigger touch before update on config_settings
for each row execute function touch_updated_at();

grant select, insert, update, delete on config_categories, config_options, config_settings
to clientupdater_app;
