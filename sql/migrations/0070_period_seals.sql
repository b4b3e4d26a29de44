-- R11: a closed period is sealed (ADR 34). A seal is written whole, in one transaction, and never changes.

create table period_seals (
    id uuid primary key default gen_random_uuid(),
    company_id uuid not null references companies,
    period text collate "C" not null,
    root bytea not null check (octet_length(root) = 32),
    previous_period text collate "C",
    previous_root bytea check (octet_length(previous_root) = 32),
    row_count bigint not null check (row_count > 0),
    event_count bigint not null,
    sealed_at timestamptz not null,
    unique (company_id, period),
    check ((previous_period is null) = (previous_root is null))
);

-- Rows and branches are hashed before the root is known, so the seal follows within the transaction.
create table period_seal_branches (
    seal_id uuid not null references period_seals deferrable initially deferred,
    branch_id uuid not null references branches,
    root bytea not null check (octet_length(root) = 32),
    row_count bigint not null check (row_count > 0),
    primary key (seal_id, branch_id)
);

create table period_seal_rows (
    seal_id uuid not null references period_seals deferrable initially deferred,
    branch_id uuid not null references branches,
    client_code varchar(50) collate "C" not null,
    client_id uuid not null references clients on delete restrict,
    client_period_status_id uuid not null references client_period_status on delete restrict,
    last_sequence int not null check (last_sequence >= 0),
    leaf bytea not null check (octet_length(leaf) = 32),
    primary key (seal_id, branch_id, client_code)
);

-- A seal holds a salted hash of the remarks. Erasing remarks erases the salt; the hash stays (S13).
create table sealed_remarks (
    event_id uuid primary key references status_events on delete restrict,
    salt bytea check (octet_length(salt) = 16),
    digest bytea not null check (octet_length(digest) = 32)
);

create index period_seal_branches_branch_id_idx on period_seal_branches (branch_id);
create index period_seal_rows_branch_id_idx on period_seal_rows (branch_id);
create index period_seal_rows_client_id_idx on period_seal_rows (client_id);
create index period_seal_rows_row_idx on period_seal_rows (client_period_status_id);

create trigger append_only before update or delete or truncate on period_seals
for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on period_seal_branches
for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on period_seal_rows
for each statement execute function refuse_change();
create trigger append_only before delete or truncate on sealed_remarks
for each statement execute function refuse_change();

create function refuse_change_of_sealed_remarks() returns trigger
language plpgsql as $$
declare
    erased sealed_remarks := old;
begin
    erased.salt := null;
    if new is distinct from erased
        or current_setting('clientupdater.blanking', true) is distinct from old.event_id::text
    then
        raise exception using
            errcode = 'restrict_violation',
            message = 'sealed_remarks is append-only: update is refused';
    end if;
    return new;
end
$$;

create trigger append_only_but_salt before update on sealed_remarks
for each row execute function refuse_change_of_sealed_remarks();

alter table period_seal_rows enable row level security;
alter table period_seal_rows force row level security;
create policy with_client on period_seal_rows
using (
    (select scope_is_system())
    or exists (select from clients c where c.id = period_seal_rows.client_id offset 0)
);

alter table sealed_remarks enable row level security;
alter table sealed_remarks force row level security;
create policy system_only on sealed_remarks using ((select scope_is_system()));

grant select, insert on period_seals, period_seal_branches, period_seal_rows, sealed_remarks
to clientupdater_app;

-- As before, and the salt of sealed remarks goes with them.
create or replace function blank_remarks(event_id uuid, on_request text) returns boolean
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
    update sealed_remarks m set salt = null where m.event_id = event.id;
    perform set_config('clientupdater.blanking', '', true);
    update client_period_status s
       set remarks = null
     where s.id = event.client_period_status_id and s.remarks = event.remarks;
    insert into data_access_log (actor_id, action, client_id, company_id, subject, details)
    values (
        nullif(current_setting('clientupdater.actor', true), '')::uuid, 'blanked', of_client.id,
        of_client.company_id, 'status_events.remarks',
        coalesce(nullif(current_setting('clientupdater.origin', true), ''), '{}')::jsonb
        || jsonb_build_object('event', event_id, 'on_request', on_request)
    );
    return true;
end
$$;
