-- Where a client stands in a period (the snapshot), and everything that happened to it (the
-- events). The snapshot is always the fold of its events.

create table client_period_status (
    id uuid primary key default gen_random_uuid(),
    client_id uuid not null references clients on delete restrict,
    period_type period_type not null,
    period_month integer check (period_month between 1 and 12),
    period_quarter integer check (period_quarter between 1 and 4),
    period_year integer not null check (period_year between 2000 and 2999),
    -- The form in which every interface reads and prints it: 2026-11, 2026-Q4.
    period text collate "C" not null generated always as (
        period_year::text
        || case
            when period_month is null then '-Q' || period_quarter::text
            else '-' || lpad(period_month::text, 2, '0')
        end
    ) stored,
    status_type_id uuid not null,
    reason_id uuid,
    remarks text check (is_kept_text(remarks)),
    has_payment boolean not null default false,
    -- S9: the recorded events of people that still count.
    update_count integer not null default 0 check (update_count >= 0),
    is_terminal boolean not null default false,
    -- T1: when the terminal event that still counts was recorded. T4: when tracking went on.
    terminal_at timestamptz,
    revived_at timestamptz,
    -- P6: why it is out of the queue and the denominator; null: it is in.
    exempt_cause text check (exempt_cause in ('terminal', 'deleted', 'inactive', 'par_status')),
    -- As they stand; an open row moves with its client, a closed one keeps its branch (Y11).
    company_id uuid not null,
    branch_id uuid not null references branches,
    -- Carried from the client by trigger: the worklist with a status filter walks it here.
    sort_name text collate "C" not null default '',
    next_follow_up_on date,
    promised_on date,
    promised_amount numeric(15, 2) check (promised_amount > 0),
    -- S10: the sequence of the last event.
    version integer not null default 0 check (version >= 0),
    updated_by uuid references users,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    -- P3: one row per period, with nulls counted as equal.
    constraint client_period_status_one_per_period unique nulls not distinct (
        client_id, period_type, period_year, period_month, period_quarter
    ),
    -- Exactly the one of month and quarter that period_type names.
    constraint client_period_status_one_period check (
        case period_type
            when 'monthly' then period_month is not null and period_quarter is null
            else period_quarter is not null and period_month is null
        end
    ),
    -- S6: a status bound to a company is only for that company's clients.
    constraint client_period_status_company_status
    foreign key (status_type_id, company_id)
    references status_type_companies (status_type_id, company_id),
    -- S4: a reason belongs to its status.
    constraint client_period_status_reason_of_status
    foreign key (reason_id, status_type_id) references status_reasons (id, status_type_id),
    constraint client_period_status_terminal check (is_terminal = (terminal_at is not null)),
    constraint client_period_status_promise check (
        promised_amount is null or promised_on is not null
    ),
    constraint client_period_status_counted check (update_count <= version)
);

-- The worklist of a branch by status, and of all; exempt rows are few, so the first holds them too
-- and serves the key to branches.
create index client_period_status_branch_list_idx on client_period_status (
    branch_id, period, status_type_id, sort_name, client_id
) include (exempt_cause);
create index client_period_status_list_idx on client_period_status (
    period, status_type_id, sort_name, client_id
) where exempt_cause is null;
-- Dashboards and reports count from this index alone (the client is what row-level security asks).
create index client_period_status_count_idx on client_period_status (
    company_id, period, status_type_id, branch_id
) include (client_id, reason_id, has_payment, update_count, exempt_cause);
create index client_period_status_status_idx on client_period_status (status_type_id, company_id);
create index client_period_status_reason_idx on client_period_status (reason_id, status_type_id)
where reason_id is not null;
create index client_period_status_follow_up_idx on client_period_status (
    branch_id, next_follow_up_on, client_id
) where next_follow_up_on is not null;
-- P5: who has a terminal outcome.
create index client_period_status_terminal_idx on client_period_status (client_id, terminal_at)
where is_terminal;
create index client_period_status_updated_by_idx on client_period_status (updated_by)
where updated_by is not null;

-- No touch trigger: updated_at is the moment of the last event, and comes with it; what is carried
-- along (a name, blanked remarks) is no event.

-- S6 holds only if the row's company is its client's; the name is carried along in the same look.
-- A row keeps the company it was opened under even where the client's changes later.
create function take_from_client() returns trigger
language plpgsql as $$
declare
    client_company uuid;
begin
    select c.company_id, c.sort_name into client_company, new.sort_name
      from clients c where c.id = new.client_id;
    if client_company is null then
        raise exception using
            errcode = 'foreign_key_violation',
            message = format('there is no client %s', new.client_id);
    end if;
    if client_company <> new.company_id then
        raise exception using
            errcode = 'check_violation',
            message = format('client %s is of another company', new.client_id);
    end if;
    return new;
end
$$;

create trigger take_from_client before insert or update of client_id, company_id
on client_period_status for each row execute function take_from_client();

-- A new name reaches the period rows when the transaction ends: a sync writes them last, so that
-- people who record statuses hardly wait (Y9).
create function carry_sort_name() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    before text := coalesce(current_setting('clientupdater.system', true), '');
begin
    perform set_config('clientupdater.system', 'on', true);
    update client_period_status
       set sort_name = new.sort_name
     where client_id = new.id and sort_name <> new.sort_name;
    perform set_config('clientupdater.system', before, true);
    return null;
end
$$;

create constraint trigger carry_sort_name after update on clients
deferrable initially deferred
for each row when (old.sort_name is distinct from new.sort_name)
execute function carry_sort_name();

create table status_events (
    id uuid primary key default gen_random_uuid(),
    client_period_status_id uuid not null references client_period_status on delete restrict,
    event_sequence integer not null check (event_sequence >= 0),
    -- S14.
    kind text not null check (
        kind in (
            'opened', 'recorded', 'payment', 'reopened', 'voided', 'exempted', 'restored', 'moved',
            'revived'
        )
    ),
    -- Where the row stood after it.
    status_type_id uuid not null,
    reason_id uuid,
    -- '' : blanked on a person's request (S13).
    remarks text check (is_kept_text(remarks)),
    -- S8: null: the event did not mention it.
    has_payment boolean,
    -- Whether the reason was a terminal one when it was recorded.
    is_terminal boolean not null default false,
    channel text check (channel in ('call', 'visit', 'message', 'walk_in')),
    -- P8: when it happened; created_at is when it was recorded.
    occurred_at timestamptz not null default now(),
    -- R2: whose client it was at the time.
    company_id uuid not null,
    branch_id uuid not null references branches,
    next_follow_up_on date,
    promised_on date,
    promised_amount numeric(15, 2) check (promised_amount > 0),
    -- S13: the sequence of the event that this one undoes.
    voids integer check (voids > 0),
    exempt_cause text check (exempt_cause in ('terminal', 'deleted', 'inactive', 'par_status')),
    created_by uuid references users,
    created_at timestamptz not null default now(),
    -- For a change feed: a reader stops below the oldest transaction that still runs.
    position bigint generated always as identity unique,
    txid xid8 not null default pg_current_xact_id(),
    -- S9: each sequence once.
    constraint status_events_sequence unique (client_period_status_id, event_sequence),
    constraint status_events_company_status
    foreign key (status_type_id, company_id)
    references status_type_companies (status_type_id, company_id),
    constraint status_events_reason_of_status
    foreign key (reason_id, status_type_id) references status_reasons (id, status_type_id),
    constraint status_events_voids_event
    foreign key (client_period_status_id, voids)
    references status_events (client_period_status_id, event_sequence),
    constraint status_events_opened check ((kind = 'opened') = (event_sequence = 0)),
    constraint status_events_voided check (
        (kind = 'voided') = (voids is not null) and voids < event_sequence
    ),
    constraint status_events_exempted check ((kind = 'exempted') = (exempt_cause is not null)),
    constraint status_events_payment check (kind <> 'payment' or has_payment is true),
    constraint status_events_reason check (reason_id is null or kind = 'recorded'),
    constraint status_events_terminal check (not is_terminal or reason_id is not null),
    -- What only people do names the person.
    constraint status_events_person check (
        created_by is not null or kind not in ('recorded', 'reopened', 'voided', 'revived')
    ),
    -- S12, S13, T4: undoing needs a word.
    constraint status_events_remarks check (
        remarks is not null or kind not in ('reopened', 'voided', 'revived')
    ),
    constraint status_events_promise check (promised_amount is null or promised_on is not null)
);

-- S13: an event is voided once.
create unique index status_events_voided_once on status_events (client_period_status_id, voids)
where voids is not null;
create index status_events_branch_idx on status_events (branch_id, created_at);
create index status_events_status_idx on status_events (status_type_id, company_id);
create index status_events_reason_idx on status_events (reason_id, status_type_id)
where reason_id is not null;
create index status_events_created_by_idx on status_events (created_by, created_at)
where created_by is not null;

-- S13: only recorded events and payments can be voided.
create function refuse_unvoidable() returns trigger
language plpgsql as $$
begin
    if not exists (
        select from status_events e
         where e.client_period_status_id = new.client_period_status_id
           and e.event_sequence = new.voids
           and e.kind in ('recorded', 'payment')
    ) then
        raise exception using
            errcode = 'check_violation',
            message = format('event %s is none that can be voided', new.voids);
    end if;
    return new;
end
$$;

create trigger refuse_unvoidable before insert on status_events
for each row when (new.voids is not null) execute function refuse_unvoidable();

-- Append-only but for one act of the owner's function blank_remarks: remarks become '', nothing
-- else moves (S13).
create function refuse_event_change() returns trigger
language plpgsql as $$
declare
    blanked status_events := old;
begin
    blanked.remarks := '';
    if old.remarks is null
        or new is distinct from blanked
        or current_setting('clientupdater.blanking', true) is distinct from old.id::text
    then
        raise exception using
            errcode = 'restrict_violation',
            message = 'status_events is append-only: update is refused';
    end if;
    return new;
end
$$;

create trigger append_only before delete or truncate on status_events
for each statement execute function refuse_change();
create trigger append_only_but_remarks before update on status_events
for each row execute function refuse_event_change();

-- What was opened, and what could not be mapped (P2, P4).
create table period_openings (
    id uuid primary key default gen_random_uuid(),
    period_type period_type not null,
    period_month integer check (period_month between 1 and 12),
    period_quarter integer check (period_quarter between 1 and 4),
    period_year integer not null check (period_year between 2000 and 2999),
    rows_opened integer not null default 0 check (rows_opened >= 0),
    clients_unmapped integer not null default 0 check (clients_unmapped >= 0),
    opened_by uuid references users,
    started_at timestamptz not null default now(),
    completed_at timestamptz,
    check (
        case period_type
            when 'monthly' then period_month is not null and period_quarter is null
            else period_quarter is not null and period_month is null
        end
    )
);

create index period_openings_period_idx on period_openings (
    period_year, period_type, period_month, period_quarter
);
create index period_openings_opened_by_idx on period_openings (opened_by);

grant select, insert, update on client_period_status, period_openings to clientupdater_app;
grant select, insert on status_events to clientupdater_app;
