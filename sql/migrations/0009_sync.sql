-- Taking over what the sources know: mapping, what came, what could not be taken, what changed.

-- Y1: which column of which source fills which field, with its transforms in order. Y10: the field
-- belongs to one source; the other fills it only when the client is created.
create table field_mappings (
    id uuid primary key default gen_random_uuid(),
    source sync_source not null,
    company_id uuid references companies,
    field varchar(100) not null,
    source_column varchar(255) not null,
    transform jsonb not null default '[]' check (jsonb_typeof(transform) = 'array'),
    owns_field boolean not null default true,
    is_active boolean not null default true,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique nulls not distinct (source, company_id, field)
);

create index field_mappings_company_id_idx on field_mappings (company_id);

create trigger touch before update on field_mappings
for each row execute function touch_updated_at();

-- What a run would do, field from and to (Y5): apart from the run itself, since it holds clients'
-- data, and the run's numbers do not.
create table sync_plans (
    sync_job_id uuid primary key references sync_jobs,
    company_id uuid references companies,
    plan jsonb not null,
    created_at timestamptz not null default now()
);

create index sync_plans_company_id_idx on sync_plans (company_id);
create index sync_plans_created_at_idx on sync_plans (created_at);

-- What a source sent, as it came. The pension number is in it only sealed (C3).
create table sync_snapshots (
    sync_job_id uuid not null references sync_jobs,
    row_number integer not null,
    company_id uuid references companies,
    client_code varchar(50),
    record jsonb not null,
    sealed bytea,
    created_at timestamptz not null default now(),
    primary key (sync_job_id, row_number)
);

create index sync_snapshots_company_id_idx on sync_snapshots (company_id);
create index sync_snapshots_created_at_idx on sync_snapshots (created_at);

-- Y3: rows that could not be taken, each with every reason, until they are replayed.
create table sync_rejects (
    id uuid primary key default gen_random_uuid(),
    sync_job_id uuid not null references sync_jobs,
    row_number integer not null,
    company_id uuid references companies,
    client_code varchar(50),
    record jsonb not null,
    sealed bytea,
    reasons jsonb not null check (jsonb_typeof(reasons) = 'array' and reasons <> '[]'),
    replayed_at timestamptz,
    replayed_by_job_id uuid references sync_jobs,
    created_at timestamptz not null default now(),
    unique (sync_job_id, row_number),
    check ((replayed_at is null) = (replayed_by_job_id is null))
);

create index sync_rejects_company_id_idx on sync_rejects (company_id);
create index sync_rejects_replayed_by_idx on sync_rejects (replayed_by_job_id);
create index sync_rejects_created_at_idx on sync_rejects (created_at);

-- Y8: up to where a source was read for a company; moves only when a run commits.
create table sync_watermarks (
    id uuid primary key default gen_random_uuid(),
    source sync_source not null,
    company_id uuid references companies,
    watermark timestamptz not null,
    sync_job_id uuid references sync_jobs,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique nulls not distinct (source, company_id)
);

create index sync_watermarks_company_id_idx on sync_watermarks (company_id);
create index sync_watermarks_sync_job_id_idx on sync_watermarks (sync_job_id);

create trigger touch before update on sync_watermarks
for each row execute function touch_updated_at();

-- Per client and source: the version last taken (Y10), the source's own contact values (C1), and
-- how often in a row it was missing, counted once per state of the source (Y6).
create table client_sources (
    client_id uuid not null references clients on delete restrict,
    source sync_source not null,
    -- The version last taken, by the source's clock and, where it counts, by its counter: a
    -- tombstone carries the counter alone (Y10).
    source_version timestamptz,
    source_version_number bigint,
    -- Y6: this source said that it is gone; only this source brings it back.
    named_deleted boolean not null default false,
    record_hash bytea,
    contact_number varchar(50),
    contact_number_alt varchar(50),
    missing_count integer not null default 0 check (missing_count >= 0),
    missing_as_of timestamptz,
    last_seen_at timestamptz,
    last_seen_job_id uuid references sync_jobs,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (client_id, source)
);

create index client_sources_source_idx on client_sources (source, client_id);
create index client_sources_last_seen_job_idx on client_sources (last_seen_job_id);

create trigger touch before update on client_sources
for each row execute function touch_updated_at();

-- C2: what a run changed; fields by our names, values as codes, pension numbers masked.
create table client_sync_history (
    id uuid primary key default gen_random_uuid(),
    client_id uuid not null references clients on delete restrict,
    field_changed varchar(100) not null,
    old_value text,
    new_value text,
    sync_job_id uuid references sync_jobs,
    changed_at timestamptz not null default now(),
    check (old_value is distinct from new_value)
);

create index client_sync_history_client_id_idx on client_sync_history (client_id, changed_at);
create index client_sync_history_sync_job_id_idx on client_sync_history (sync_job_id);

-- Each inbound delivery once, by its id.
create table webhook_events (
    source varchar(50) not null,
    delivery_id varchar(255) not null,
    body jsonb,
    error text,
    received_at timestamptz not null default now(),
    processed_at timestamptz,
    primary key (source, delivery_id)
);

create index webhook_events_received_at_idx on webhook_events (received_at);

grant select, insert, update, delete on
    field_mappings, sync_plans, sync_snapshots, sync_rejects, webhook_events
to clientupdater_app;
grant select, insert, update on sync_watermarks, client_sources to clientupdater_app;
-- History is written once; nothing but the owner could change it.
grant select, insert on client_sync_history to clientupdater_app;
