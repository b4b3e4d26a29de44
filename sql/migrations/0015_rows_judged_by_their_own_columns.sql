-- squawk-ignore-file ban-drop-not-null

-- A row carries where its client is now: who holds that branch in the row's company sees it by the
-- row's own columns, as words of names are seen. Looking each row's client up doubled what a page
-- read. The client decides, as before, only for who has clients of their own, which may be elsewhere.
-- Branches are made a hash of: of 2,000, each row was compared with half of them (14,400 words of
-- names in 55 ms, so in 7).

-- A row keeps the company it was opened under (S6), its client may have gone to another: then its
-- branch of now says nothing of that company's people, so that it is not told, and the client decides.
alter table client_period_status alter column home_branch_id drop not null;

select set_config('clientupdater.system', 'on', true);
update client_period_status s
set home_branch_id = null
from clients c
where c.id = s.client_id and c.company_id <> s.company_id;
select set_config('clientupdater.system', '', true);

create or replace function carry_place() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    before text := coalesce(current_setting('clientupdater.system', true), '');
begin
    perform set_config('clientupdater.system', 'on', true);
    update client_period_status s
       set home_branch_id = case when s.company_id = new.company_id then new.branch_id end,
           owed = case when s.is_open then new.owed else s.owed end
     where s.client_id = new.id
       and (
           s.home_branch_id is distinct from
               case when s.company_id = new.company_id then new.branch_id end
           or (s.is_open and s.owed <> new.owed)
       );
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

drop trigger carry_place on clients;
create constraint trigger carry_place after update on clients
deferrable initially deferred
for each row when (
    old.branch_id <> new.branch_id
    or old.company_id <> new.company_id
    or old.owed <> new.owed
    or (old.deleted_at is null) <> (new.deleted_at is null)
)
execute function carry_place();

create function scope_has_own_clients() returns boolean
language sql stable parallel safe as $$
    select exists (select from clients c where c.assigned_to = scope_actor())
$$;

drop policy with_client on client_period_status;
create policy within_scope on client_period_status
using (
    (select scope_is_system())
    or company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
    or (
        company_id = any((select scope_ids('clientupdater.branch_companies'))::uuid[])
        and home_branch_id in (select unnest((select scope_ids('clientupdater.direct_branches'))))
    )
    or (
        company_id = any((select scope_ids('clientupdater.area_companies'))::uuid[])
        and home_branch_id in (select unnest((select scope_ids('clientupdater.area_branches'))))
    )
    or (
        (home_branch_id is null or (select scope_has_own_clients()))
        and exists (select from clients c where c.id = client_period_status.client_id offset 0)
    )
);

drop policy within_scope on clients;
create policy within_scope on clients
using (
    (select scope_is_system())
    or company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
    or (
        company_id = any((select scope_ids('clientupdater.branch_companies'))::uuid[])
        and branch_id in (select unnest((select scope_ids('clientupdater.direct_branches'))))
    )
    or (
        company_id = any((select scope_ids('clientupdater.area_companies'))::uuid[])
        and branch_id in (select unnest((select scope_ids('clientupdater.area_branches'))))
    )
    or (
        company_id = any((select scope_ids('clientupdater.self_companies'))::uuid[])
        and assigned_to = (select scope_actor())
    )
);

drop policy within_scope on client_words;
create policy within_scope on client_words
using (
    (select scope_is_system())
    or company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
    or (
        company_id = any((select scope_ids('clientupdater.branch_companies'))::uuid[])
        and branch_id in (select unnest((select scope_ids('clientupdater.direct_branches'))))
    )
    or (
        company_id = any((select scope_ids('clientupdater.area_companies'))::uuid[])
        and branch_id in (select unnest((select scope_ids('clientupdater.area_branches'))))
    )
    or (
        company_id = any((select scope_ids('clientupdater.self_companies'))::uuid[])
        and assigned_to = (select scope_actor())
    )
);

-- What decides who sees a row is derived, as on clients: nobody writes it by hand.
revoke update on client_period_status from clientupdater_app;
grant update (
    client_id, company_id, branch_id, period_type, period_month, period_quarter, period_year,
    status_type_id, reason_id, remarks, has_payment, update_count, is_terminal, terminal_at,
    revived_at, exempt_cause, next_follow_up_on, promised_on, promised_amount, version, updated_by,
    updated_at
) on client_period_status to clientupdater_app;
