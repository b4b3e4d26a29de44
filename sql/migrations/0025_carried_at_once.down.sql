drop trigger carry_to_rows on clients;
drop function carry_to_rows();

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

create constraint trigger carry_place after update on clients
deferrable initially deferred
for each row when (
    old.branch_id <> new.branch_id
    or old.company_id <> new.company_id
    or old.owed <> new.owed
    or (old.deleted_at is null) <> (new.deleted_at is null)
)
execute function carry_place();
