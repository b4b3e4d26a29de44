-- Work that is done later. Payloads and parameters name things by id and hold nobody's data.

create table job_queue (
    id bigint generated always as identity primary key,
    queue_name varchar(50) not null default 'default',
    payload jsonb not null default '{}',
    status job_status not null default 'pending',
    priority integer not null default 0,
    attempts integer not null default 0 check (attempts >= 0),
    max_attempts integer not null default 3 check (max_attempts > 0),
    -- J2: of the jobs with the same key only one may wait.
    unique_key text,
    -- J1: a claim is a lease; who holds it, and until when unless it beats.
    worker text,
    lease_expires_at timestamptz,
    scheduled_at timestamptz not null default now(),
    started_at timestamptz,
    completed_at timestamptz,
    error text,
    created_by uuid references users,
    created_at timestamptz not null default now(),
    check ((status = 'processing') = (worker is not null)),
    check ((worker is null) = (lease_expires_at is null))
);

create unique index job_queue_one_waits on job_queue (queue_name, unique_key)
where status = 'pending' and unique_key is not null;
-- What a worker claims next; leases that ran out; what retention removes.
create index job_queue_next_idx on job_queue (queue_name, priority desc, scheduled_at, id)
where status = 'pending';
create index job_queue_lease_idx on job_queue (lease_expires_at) where status = 'processing';
create index job_queue_completed_idx on job_queue (completed_at) where completed_at is not null;
create index job_queue_created_by_idx on job_queue (created_by) where created_by is not null;

create table scheduled_jobs (
    id uuid primary key default gen_random_uuid(),
    name varchar(100) not null unique,
    -- Five fields, in the business's time zone (J3).
    cron_expression varchar(50) not null
    check (cron_expression ~ '^\S+( \S+){4}$'),
    function_name varchar(100) not null,
    payload jsonb not null default '{}',
    is_active boolean not null default true,
    last_run_at timestamptz,
    next_run_at timestamptz,
    created_at timestamptz not null default now()
);

create index scheduled_jobs_next_idx on scheduled_jobs (next_run_at) where is_active;

-- One run of one source (Y2, Y9). The numbers of each step show while it runs.
create table sync_jobs (
    id uuid primary key default gen_random_uuid(),
    type sync_job_type not null,
    -- Null: all companies.
    company_id uuid references companies,
    status job_status not null default 'pending',
    is_preview boolean not null default false,
    is_full boolean not null default true,
    parameters jsonb not null default '{}',
    steps jsonb not null default '{}',
    records_processed integer not null default 0,
    records_created integer not null default 0,
    records_updated integer not null default 0,
    records_deactivated integer not null default 0,
    records_rejected integer not null default 0,
    -- What the source states about itself: as of when, and how many rows (Y6).
    as_of timestamptz,
    stated_count integer,
    -- Of what the run would do (sync_plans), so that just that can be approved (Y5, Y7).
    plan_hash bytea,
    approved_by uuid references users,
    approved_at timestamptz,
    superseded_by uuid references sync_jobs,
    -- A run whose process died is found by its silence (Y9).
    heartbeat_at timestamptz,
    started_at timestamptz,
    completed_at timestamptz,
    error text,
    created_by uuid references users,
    created_at timestamptz not null default now(),
    check ((approved_by is null) = (approved_at is null))
);

-- Y9: at most one run per source at a time, in every process.
create unique index sync_jobs_one_runs on sync_jobs (type) where status = 'processing';
create index sync_jobs_latest_idx on sync_jobs (type, created_at desc);
create index sync_jobs_company_id_idx on sync_jobs (company_id);
create index sync_jobs_approved_by_idx on sync_jobs (approved_by);
create index sync_jobs_superseded_by_idx on sync_jobs (superseded_by);
create index sync_jobs_created_by_idx on sync_jobs (created_by);

create table export_jobs (
    id uuid primary key default gen_random_uuid(),
    type varchar(50) not null check (type::text in ('clients', 'status', 'report')),
    format export_format not null,
    status job_status not null default 'pending',
    parameters jsonb not null default '{}',
    file_path text,
    file_size bigint,
    started_at timestamptz,
    completed_at timestamptz,
    error text,
    expires_at timestamptz,
    created_by uuid references users,
    created_at timestamptz not null default now()
);

create index export_jobs_created_by_idx on export_jobs (created_by, created_at desc);
create index export_jobs_expires_at_idx on export_jobs (expires_at) where expires_at is not null;

grant select, insert, update, delete on job_queue, export_jobs to clientupdater_app;
grant select, insert, update on scheduled_jobs, sync_jobs to clientupdater_app;
