-- The clients, who looks after them, and what a person changed on them.

-- The form in which names are ordered and searched: lower case, without accents. Used for the
-- column and for what somebody types, so that both agree. Only built-in functions (no extension).
create function sort_form(value text) returns text
language sql immutable parallel safe
return lower(regexp_replace(normalize(value, nfd), E'[\u0300-\u036f]', '', 'g'));

create table clients (
    id uuid primary key default gen_random_uuid(),
    -- Byte order, so that the key's own index serves a search by prefix.
    client_code varchar(50) collate "C" not null unique,
    company_id uuid not null references companies,
    full_name varchar(255) not null,
    -- Prefix ranges in byte order use their index under row-level security; ILIKE would not.
    sort_name text collate "C" not null generated always as (sort_form(full_name)) stored,
    -- C3: encrypted; a keyed blind index finds it, the last four digits show it.
    pension_number bytea,
    pension_blind_index bytea,
    pension_last4 varchar(4),
    birth_date date,
    address varchar(500),
    -- C1: the value in force. Where a person corrected it, it is theirs and stays; what the
    -- sources say stands in client_sources, and a newer word of theirs raises the flag.
    contact_number varchar(50),
    contact_number_alt varchar(50),
    contact_number_corrected boolean not null default false,
    contact_number_alt_corrected boolean not null default false,
    contact_conflict boolean not null default false,
    pension_type_id uuid references pension_types,
    pensioner_type_id uuid references pensioner_types,
    product_id uuid,
    branch_id uuid not null references branches,
    par_status_id uuid references par_statuses,
    account_type_id uuid references account_types,
    past_due_amount numeric(15, 2),
    loan_status varchar(50),
    is_active boolean not null default true,
    -- P2: from when the present cycle counts, after a change of cycle.
    tracking_cycle_from date,
    -- A3: the officer of the open assignment, kept by trigger, so that lists and row-level
    -- security need no join.
    assigned_to uuid references users,
    last_synced_at timestamptz,
    sync_source sync_source,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    -- A client's product is of the client's company.
    foreign key (product_id, company_id) references products (id, company_id),
    check (num_nonnulls(pension_number, pension_blind_index, pension_last4) in (0, 3))
);

-- The worklist walks names: within a branch, of a company, of an officer, of all. Keys only; with
-- what row-level security looks at included, so that the walk never leaves the index.
create index clients_branch_list_idx on clients (branch_id, sort_name, id)
include (company_id, assigned_to) where deleted_at is null;
create index clients_list_idx on clients (sort_name, id)
include (branch_id, company_id, assigned_to) where deleted_at is null;
create index clients_company_list_idx on clients (company_id, sort_name, id);
create index clients_assigned_list_idx on clients (assigned_to, sort_name, id)
where assigned_to is not null;
create index clients_blind_index_idx on clients (pension_blind_index)
where pension_blind_index is not null;
create index clients_branch_id_idx on clients (branch_id);
create index clients_product_idx on clients (product_id, company_id);
create index clients_pension_type_id_idx on clients (pension_type_id);
create index clients_pensioner_type_id_idx on clients (pensioner_type_id);
create index clients_par_status_id_idx on clients (par_status_id);
create index clients_account_type_id_idx on clients (account_type_id);

create trigger touch before update on clients
for each row execute function touch_updated_at();

create table client_assignments (
    id uuid primary key default gen_random_uuid(),
    client_id uuid not null references clients on delete restrict,
    officer_id uuid not null references users,
    assigned_from timestamptz not null default now(),
    assigned_until timestamptz,
    assigned_by uuid references users,
    ended_by uuid references users,
    end_reason text check (
        end_reason in ('reassigned', 'released', 'territory_lost', 'deactivated', 'moved')
    ),
    created_at timestamptz not null default now(),
    check (assigned_until >= assigned_from),
    check (assigned_until is not null or (ended_by is null and end_reason is null))
);

-- A3: at most one officer at a time.
create unique index client_assignments_one_officer on client_assignments (client_id)
where assigned_until is null;
create index client_assignments_client_id_idx on client_assignments (client_id, assigned_from);
create index client_assignments_officer_id_idx on client_assignments (officer_id, assigned_until);
create index client_assignments_assigned_by_idx on client_assignments (assigned_by);
create index client_assignments_ended_by_idx on client_assignments (ended_by);

-- Runs as the owner: who gives a client away may by that very act lose sight of it.
create function carry_assignment() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    before text := coalesce(current_setting('clientupdater.system', true), '');
begin
    perform set_config('clientupdater.system', 'on', true);
    update clients c
       set assigned_to = a.officer_id
      from (values (new.client_id)) touched (client_id)
      left join client_assignments a
        on a.client_id = touched.client_id and a.assigned_until is null
     where c.id = touched.client_id and c.assigned_to is distinct from a.officer_id;
    perform set_config('clientupdater.system', before, true);
    return null;
end
$$;

create trigger carry_assignment after insert or update on client_assignments
for each row execute function carry_assignment();

-- C2: what a person changed, field by field; pension numbers masked.
create table client_changes (
    id uuid primary key default gen_random_uuid(),
    client_id uuid not null references clients on delete restrict,
    field_changed varchar(100) not null,
    old_value text,
    new_value text,
    reason text,
    changed_by uuid not null references users,
    changed_at timestamptz not null default now(),
    check (old_value is distinct from new_value)
);

create index client_changes_client_id_idx on client_changes (client_id, changed_at);
create index client_changes_changed_by_idx on client_changes (changed_by);

create trigger append_only before update or delete or truncate on client_changes
for each statement execute function refuse_change();

-- C4: never deleted. assigned_to and sort_name are derived: nobody writes them by hand.
grant select on clients to clientupdater_app;
grant insert (
    id, client_code, company_id, full_name, pension_number, pension_blind_index, pension_last4,
    birth_date, address, contact_number, contact_number_alt, contact_number_corrected,
    contact_number_alt_corrected, contact_conflict, pension_type_id, pensioner_type_id, product_id,
    branch_id, par_status_id, account_type_id, past_due_amount, loan_status, is_active,
    tracking_cycle_from, last_synced_at, sync_source, version, created_at, updated_at, deleted_at
) on clients to clientupdater_app;
grant update (
    client_code, company_id, full_name, pension_number, pension_blind_index, pension_last4,
    birth_date, address, contact_number, contact_number_alt, contact_number_corrected,
    contact_number_alt_corrected, contact_conflict, pension_type_id, pensioner_type_id, product_id,
    branch_id, par_status_id, account_type_id, past_due_amount, loan_status, is_active,
    tracking_cycle_from, last_synced_at, sync_source, version, updated_at, deleted_at
) on clients to clientupdater_app;
-- An assignment is ended, never rewritten.
grant select, insert on client_assignments to clientupdater_app;
grant update (assigned_until, ended_by, end_reason) on client_assignments to clientupdater_app;
grant select, insert on client_changes to clientupdater_app;
