-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion
-- squawk-ignore-file adding-field-with-default, adding-not-nullable-field
-- What people page through and search: the order of the worklist, carried on the open rows so that
-- a page is a walk over an index; and the words of names, so that a search is a range of one.
-- Everything here is derived: triggers keep it, nobody writes it. Comparisons are of uuid, text,
-- date and bigint alone, as only leakproof ones reach an index under row-level security; hence
-- amounts in centavos beside the numeric ones.

-- Filled here, as the system: row-level security is forced on the owner too.
select set_config('clientupdater.system', 'on', true);

-- A number as people would dial it at home: digits, without country code, without leading zeros.
-- Used for the column and for what somebody types, so that both agree.
create function contact_form(value text) returns text
language sql immutable parallel safe
return nullif(
    regexp_replace(
        regexp_replace(value, '[^0-9]', '', 'g'), '^(?:(?:00)?63(?=[0-9]{8,10}$)|0+)', ''
    ),
    ''
);

alter table clients
    add column owed bigint not null
    generated always as ((coalesce(past_due_amount, 0) * 100)::bigint) stored,
    add column contact_form text collate "C"
    generated always as (contact_form(contact_number)) stored,
    add column contact_form_alt text collate "C"
    generated always as (contact_form(contact_number_alt)) stored;

-- Keys and what row-level security looks at. The last three replace narrower ones and serve the
-- same foreign keys.
create index clients_contact_idx on clients (contact_form) where contact_form is not null;
create index clients_contact_alt_idx on clients (contact_form_alt)
where contact_form_alt is not null;
create index clients_owed_list_idx on clients (owed, id)
include (branch_id, company_id, assigned_to) where deleted_at is null;
create index clients_updated_list_idx on clients (updated_at, id)
include (branch_id, company_id, assigned_to) where deleted_at is null;
drop index clients_par_status_id_idx;
create index clients_par_list_idx on clients (par_status_id, sort_name, id)
include (branch_id, company_id, assigned_to, deleted_at);
create index clients_branch_par_list_idx on clients (branch_id, par_status_id, sort_name, id)
include (company_id, assigned_to, deleted_at);
drop index clients_branch_id_idx;
create index clients_branch_code_idx on clients (branch_id, client_code);

alter table client_period_status
    -- The client's branch of now, also on rows that are done: whom one sees goes by it.
    add column home_branch_id uuid,
    -- Whether it asks for work: not done, not exempt, the client not deleted.
    add column is_open boolean not null default false,
    -- What the client owes, in centavos: kept while the row is open.
    add column owed bigint not null default 0;
alter table client_period_status
    add column due_on date not null
    generated always as (coalesce(next_follow_up_on, '0001-01-01'::date)) stored,
    -- Untouched before touched, and within each who owes most.
    add column work_rank bigint not null
    generated always as (
        case when update_count > 0 then 1152921504606846976 else 0 end - owed
    ) stored;

create function asks_for_work(status uuid, exempt text, client_is_there boolean) returns boolean
language sql stable parallel safe as $$
    select client_is_there
       and exempt is null
       and not exists (select from status_types t where t.id = status and t.code = 'DONE')
$$;

alter table client_period_status disable trigger user;
update client_period_status s
set
    home_branch_id = c.branch_id,
    owed = c.owed,
    is_open = asks_for_work(s.status_type_id, s.exempt_cause, c.deleted_at is null)
from clients c
where c.id = s.client_id;
alter table client_period_status enable trigger user;
alter table client_period_status alter column home_branch_id set not null;

-- The worklist in its order, and by name; of branches, and of all.
create index client_period_status_branch_work_idx on client_period_status (
    home_branch_id, period, due_on, work_rank, client_id
) include (company_id) where is_open;
create index client_period_status_work_idx on client_period_status (
    period, due_on, work_rank, client_id
) include (home_branch_id, company_id) where is_open;
create index client_period_status_branch_name_idx on client_period_status (
    home_branch_id, period, sort_name, client_id
) include (company_id) where is_open;
create index client_period_status_name_idx on client_period_status (
    period, sort_name, client_id
) include (home_branch_id, company_id) where is_open;
-- Clients by status go by the branch of now, or a client who moved after DONE would be missed.
drop index client_period_status_branch_list_idx;
create index client_period_status_home_list_idx on client_period_status (
    home_branch_id, period, status_type_id, sort_name, client_id
) include (company_id, update_count);
drop index client_period_status_list_idx;
create index client_period_status_list_idx on client_period_status (
    period, status_type_id, sort_name, client_id
) include (home_branch_id, company_id, update_count);
drop index client_period_status_follow_up_idx;
create index client_period_status_branch_idx on client_period_status (branch_id, period);

create or replace function take_from_client() returns trigger
language plpgsql as $$
declare
    client_company uuid;
    client_is_there boolean;
begin
    select c.company_id, c.deleted_at is null, c.sort_name, c.branch_id, c.owed
      into client_company, client_is_there, new.sort_name, new.home_branch_id, new.owed
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
    new.is_open := asks_for_work(new.status_type_id, new.exempt_cause, client_is_there);
    return new;
end
$$;

-- What was closed did not follow what the client owes: it is looked up when the row opens again.
create function keep_place_in_work() returns trigger
language plpgsql as $$
declare
    client_is_there boolean;
    owed bigint;
begin
    select c.deleted_at is null, c.owed into client_is_there, owed
      from clients c where c.id = new.client_id;
    new.is_open := asks_for_work(
        new.status_type_id, new.exempt_cause, coalesce(client_is_there, true)
    );
    if new.is_open then
        new.owed := coalesce(owed, new.owed);
    end if;
    return new;
end
$$;

create trigger keep_place_in_work before update of status_type_id, exempt_cause
on client_period_status for each row
when (
    old.status_type_id <> new.status_type_id or old.exempt_cause is distinct from new.exempt_cause
)
execute function keep_place_in_work();

-- As carry_sort_name: when the transaction ends, so that people who record hardly wait (Y9).
create function carry_place() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    before text := coalesce(current_setting('clientupdater.system', true), '');
begin
    perform set_config('clientupdater.system', 'on', true);
    update client_period_status s
       set home_branch_id = new.branch_id,
           owed = case when s.is_open then new.owed else s.owed end
     where s.client_id = new.id
       and (s.home_branch_id <> new.branch_id or (s.is_open and s.owed <> new.owed));
    if (old.deleted_at is null) <> (new.deleted_at is null) then
        update client_period_status s
           set is_open = asks_for_work(s.status_type_id, s.exempt_cause, new.deleted_at is null),
               owed = new.owed
         where s.client_id = new.id and s.exempt_cause is null;
    end if;
    perform set_config('clientupdater.system', before, true);
    return null;
end
$$;

create constraint trigger carry_place after update on clients
deferrable initially deferred
for each row when (
    old.branch_id <> new.branch_id
    or old.owed <> new.owed
    or (old.deleted_at is null) <> (new.deleted_at is null)
)
execute function carry_place();

-- Each word of each name, with what decides who sees the client: a prefix is a range of this.
create table client_words (
    client_id uuid not null references clients on delete restrict,
    word text collate "C" not null,
    company_id uuid not null,
    branch_id uuid not null,
    assigned_to uuid,
    primary key (client_id, word)
);

create index client_words_word_idx on client_words (word, client_id)
include (company_id, branch_id, assigned_to);
create index client_words_branch_idx on client_words (branch_id, word, client_id)
include (company_id, assigned_to);

create function words_of(sort_name text) returns text[]
language sql immutable parallel safe
return coalesce(
    (
        select array_agg(distinct word)
        from regexp_split_to_table(sort_name, '[][[:space:].,;:''"()/_-]+') split (word)
        where word <> ''
    ),
    '{}'
);

-- Set-based, since a sync brings many at once. Deleted clients keep theirs: the queries hide them.
create function keep_client_words() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    before text := coalesce(current_setting('clientupdater.system', true), '');
begin
    perform set_config('clientupdater.system', 'on', true);
    if tg_op = 'UPDATE' then
        delete from client_words w
         using was, arrived
         where was.id = arrived.id and w.client_id = was.id
           and was.sort_name <> arrived.sort_name
           and not exists (select from unnest(words_of(arrived.sort_name)) kept (word)
                            where kept.word = w.word);
        update client_words w
           set company_id = arrived.company_id,
               branch_id = arrived.branch_id,
               assigned_to = arrived.assigned_to
          from was, arrived
         where was.id = arrived.id and w.client_id = was.id
           and (was.company_id, was.branch_id, was.assigned_to)
               is distinct from (arrived.company_id, arrived.branch_id, arrived.assigned_to);
        insert into client_words (client_id, word, company_id, branch_id, assigned_to)
        select arrived.id, said.word, arrived.company_id, arrived.branch_id, arrived.assigned_to
          from was
          join arrived on arrived.id = was.id and arrived.sort_name <> was.sort_name
         cross join unnest(words_of(arrived.sort_name)) said (word)
        on conflict do nothing;
    else
        insert into client_words (client_id, word, company_id, branch_id, assigned_to)
        select arrived.id, said.word, arrived.company_id, arrived.branch_id, arrived.assigned_to
          from arrived
         cross join unnest(words_of(arrived.sort_name)) said (word);
    end if;
    perform set_config('clientupdater.system', before, true);
    return null;
end
$$;

create trigger words_of_new after insert on clients
referencing new table as arrived
for each statement execute function keep_client_words();
create trigger words_of_changed after update on clients
referencing old table as was new table as arrived
for each statement execute function keep_client_words();

insert into client_words (client_id, word, company_id, branch_id, assigned_to)
select c.id, said.word, c.company_id, c.branch_id, c.assigned_to
from clients c
cross join unnest(words_of(c.sort_name)) said (word);

-- The client's own policy, word for word: it carries the same columns.
alter table client_words enable row level security;
alter table client_words force row level security;
create policy within_scope on client_words
using (
    (select scope_is_system())
    or company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
    or (
        company_id = any((select scope_ids('clientupdater.branch_companies'))::uuid[])
        and branch_id = any((select scope_ids('clientupdater.direct_branches'))::uuid[])
    )
    or (
        company_id = any((select scope_ids('clientupdater.area_companies'))::uuid[])
        and branch_id = any((select scope_ids('clientupdater.area_branches'))::uuid[])
    )
    or (
        company_id = any((select scope_ids('clientupdater.self_companies'))::uuid[])
        and assigned_to = (select scope_actor())
    )
);

grant select on client_words to clientupdater_app;

select set_config('clientupdater.system', '', true);
