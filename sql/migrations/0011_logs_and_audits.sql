-- What was done, what was refused, who saw what, what was removed; and first answers, kept so that
-- a write that is sent twice happens once.

create table config_audit_log (
    id uuid primary key default gen_random_uuid(),
    table_name varchar(100) not null,
    -- Text, as some rows are known by two keys.
    record_id text not null,
    action text not null check (action in ('create', 'update', 'delete')),
    old_values jsonb,
    new_values jsonb,
    changed_by uuid references users,
    changed_at timestamptz not null default now(),
    ip_address varchar(45),
    check (action <> 'create' or old_values is null),
    check (action <> 'delete' or new_values is null)
);

create index config_audit_log_record_idx on config_audit_log (table_name, record_id, changed_at);
create index config_audit_log_changed_at_idx on config_audit_log (changed_at);
create index config_audit_log_changed_by_idx on config_audit_log (changed_by);

-- A5: who was refused what and why, and every decision on another person's rights.
create table authorization_audit (
    id uuid primary key default gen_random_uuid(),
    actor_id uuid references users,
    decision text not null check (decision in ('refused', 'granted', 'changed', 'revoked')),
    permission varchar(100),
    subject_user_id uuid references users,
    resource varchar(50),
    resource_id text,
    company_id uuid references companies,
    grants_found jsonb,
    missing text,
    old_values jsonb,
    new_values jsonb,
    request_id varchar(100),
    ip_address varchar(45),
    decided_at timestamptz not null default now()
);

create index authorization_audit_decided_at_idx on authorization_audit (decided_at);
create index authorization_audit_actor_id_idx on authorization_audit (actor_id, decided_at);
create index authorization_audit_subject_idx on authorization_audit (subject_user_id, decided_at);
create index authorization_audit_company_id_idx on authorization_audit (company_id);

-- L1, C3: who saw or took personal data, and whose remarks were blanked.
create table data_access_log (
    id uuid primary key default gen_random_uuid(),
    actor_id uuid references users,
    action text not null check (action in ('revealed', 'viewed', 'exported', 'blanked')),
    -- Null: many clients, as an export takes them.
    client_id uuid references clients on delete restrict,
    company_id uuid references companies,
    subject varchar(100) not null,
    row_count integer check (row_count >= 0),
    details jsonb not null default '{}',
    request_id varchar(100),
    ip_address varchar(45),
    accessed_at timestamptz not null default now(),
    check (action not in ('revealed', 'blanked') or client_id is not null)
);

create index data_access_log_client_id_idx on data_access_log (client_id, accessed_at);
create index data_access_log_actor_id_idx on data_access_log (actor_id, accessed_at);
create index data_access_log_company_id_idx on data_access_log (company_id);
create index data_access_log_accessed_at_idx on data_access_log (accessed_at);

-- L1: every write over any interface. Retention purges it, so it is not append-only.
create table activity_logs (
    id uuid primary key default gen_random_uuid(),
    user_id uuid references users,
    action varchar(100) not null,
    resource varchar(100),
    resource_id text,
    details jsonb not null default '{}',
    ip_address varchar(45),
    user_agent text,
    duration_ms integer,
    created_at timestamptz not null default now()
);

create index activity_logs_created_at_idx on activity_logs (created_at);
create index activity_logs_user_id_idx on activity_logs (user_id, created_at);
create index activity_logs_resource_idx on activity_logs (resource, resource_id, created_at);

-- J5: what a purge removed.
create table purge_log (
    id uuid primary key default gen_random_uuid(),
    subject varchar(100) not null,
    older_than timestamptz not null,
    rows_removed bigint not null check (rows_removed >= 0),
    purged_at timestamptz not null default now()
);

create index purge_log_purged_at_idx on purge_log (purged_at);

-- The first answer to a write, by who asked and under which key. It may hold a client's data.
create table idempotency_keys (
    actor_id uuid not null references users,
    key varchar(255) not null,
    request_hash bytea not null,
    status_code integer not null,
    headers jsonb not null default '{}',
    response bytea not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    primary key (actor_id, key),
    check (expires_at > created_at)
);

create index idempotency_keys_expires_at_idx on idempotency_keys (expires_at);

create trigger append_only before update or delete or truncate on config_audit_log
for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on authorization_audit
for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on data_access_log
for each statement execute function refuse_change();

-- S13, the one exception: what the law lets a person ask. Blanks the remarks of one event, and the
-- snapshot's copy of them, touches nothing else, and leaves a record. It runs as the owner, but
-- row-level security still holds it to what the caller may see.
create function blank_remarks(event_id uuid, on_request text) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    event status_events;
    of_client clients;
begin
    select e.* into event from status_events e where e.id = event_id for update;
    if event.remarks is null or event.remarks = '' then
        return false;
    end if;
    select c.* into strict of_client
      from client_period_status s join clients c on c.id = s.client_id
     where s.id = event.client_period_status_id;
    perform set_config('clientupdater.blanking', event_id::text, true);
    update status_events e set remarks = '' where e.id = event_id;
    perform set_config('clientupdater.blanking', '', true);
    update client_period_status s
       set remarks = null
     where s.id = event.client_period_status_id and s.remarks = event.remarks;
    insert into data_access_log (actor_id, action, client_id, company_id, subject, details)
    values (
        nullif(current_setting('clientupdater.actor', true), '')::uuid, 'blanked', of_client.id,
        of_client.company_id, 'status_events.remarks',
        jsonb_build_object('event', event_id, 'on_request', on_request)
    );
    return true;
end
$$;

revoke execute on function blank_remarks(uuid, text) from public;
grant execute on function blank_remarks(uuid, text) to clientupdater_app;

grant select, insert on config_audit_log, authorization_audit, data_access_log, purge_log
to clientupdater_app;
grant select, insert, delete on activity_logs to clientupdater_app;
grant select, insert, update, delete on idempotency_keys to clientupdater_app;
