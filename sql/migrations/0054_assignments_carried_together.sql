-- For each statement, not for each row: to end the assignments of a branch with 20,000 clients took a minute.
drop trigger carry_assignment on client_assignments;

create or replace function carry_assignment()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    before text := coalesce(current_setting('clientupdater.system', true), '');
begin
    perform set_config('clientupdater.system', 'on', true);
    -- Planned anew each time, for the number of rows that there are.
    execute $sql$
        update clients c
           set assigned_to = a.officer_id
          from (select distinct arrived.client_id from arrived) touched
          left join client_assignments a
            on a.client_id = touched.client_id and a.assigned_until is null
         where c.id = touched.client_id and c.assigned_to is distinct from a.officer_id
    $sql$;
    perform set_config('clientupdater.system', before, true);
    return null;
end
$$;

create trigger carry_new_assignment after insert on client_assignments
referencing new table as arrived
for each statement execute function carry_assignment();

create trigger carry_changed_assignment after update on client_assignments
referencing new table as arrived
for each statement execute function carry_assignment();
