-- squawk-ignore-file ban-drop-function
-- What is carried from clients to their rows is carried set-based, when a statement ends. Row by row
-- at the end of the transaction, a sync that changed 25,000 clients held their rows for six seconds
-- longer, and whoever recorded on one of them waited (Y9). A sync changes clients late for this.
create function carry_to_rows() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    before text := coalesce(current_setting('clientupdater.system', true), '');
begin
    if not exists (
        select from was join arrived on arrived.id = was.id
         where was.sort_name <> arrived.sort_name
            or was.branch_id <> arrived.branch_id
            or was.company_id <> arrived.company_id
            or was.owed <> arrived.owed
            or (was.deleted_at is null) <> (arrived.deleted_at is null)
    ) then
        return null;
    end if;
    perform set_config('clientupdater.system', 'on', true);
    -- Held in the order in which everybody writes them, so that no two writers wait for each other.
    perform count(*)
       from (
        select s.id
          from was
          join arrived on arrived.id = was.id
          join client_period_status s on s.client_id = arrived.id
         where s.sort_name <> arrived.sort_name
            or s.home_branch_id is distinct from
                case when s.company_id = arrived.company_id then arrived.branch_id end
            or (s.is_open and s.owed <> arrived.owed)
            or (
                s.exempt_cause is null
                and (was.deleted_at is null) <> (arrived.deleted_at is null)
            )
         order by s.client_id, s.period_year,
             coalesce(s.period_month, s.period_quarter * 3 - 2), s.period_type
           for no key update of s
       ) held;
    update client_period_status s
       set sort_name = arrived.sort_name,
           home_branch_id = case when s.company_id = arrived.company_id then arrived.branch_id end,
           owed = case
               when
                   s.is_open
                   or (
                       s.exempt_cause is null
                       and (was.deleted_at is null) <> (arrived.deleted_at is null)
                   )
                   then arrived.owed
               else s.owed
           end,
           is_open = case
               when
                   s.exempt_cause is null
                   and (was.deleted_at is null) <> (arrived.deleted_at is null)
                   then asks_for_work(
                       s.status_type_id, s.exempt_cause, arrived.deleted_at is null
                   )
               else s.is_open
           end
      from was
      join arrived on arrived.id = was.id
     where s.client_id = arrived.id
       and (
           s.sort_name <> arrived.sort_name
           or s.home_branch_id is distinct from
               case when s.company_id = arrived.company_id then arrived.branch_id end
           or (s.is_open and s.owed <> arrived.owed)
           or (
               s.exempt_cause is null
               and (was.deleted_at is null) <> (arrived.deleted_at is null)
           )
       );
    perform set_config('clientupdater.system', before, true);
    return null;
end
$$;

drop trigger carry_place on clients;
drop trigger carry_sort_name on clients;
drop function carry_place();
drop function carry_sort_name();

create trigger carry_to_rows after update on clients
referencing old table as was new table as arrived
for each statement execute function carry_to_rows();
