-- A client's officer is carried from its assignments once for each statement. Once for each row, two
-- thousand clients that change their officer took twenty seconds: each update of a client asks anew
-- what it means for its rows and words. Executed from text, as in 0049: one assignment and thousands
-- need different plans.

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
    execute $sql$
        update clients c
           set assigned_to = a.officer_id
          from (select distinct client_id from arrived) touched
          left join client_assignments a
            on a.client_id = touched.client_id and a.assigned_until is null
         where c.id = touched.client_id and c.assigned_to is distinct from a.officer_id
    $sql$;
    perform set_config('clientupdater.system', before, true);
    return null;
end
$$;

drop trigger carry_assignment on client_assignments;

create trigger carry_assignment after insert on client_assignments
referencing new table as arrived
for each statement execute function carry_assignment();

create trigger carry_assignment_end after update on client_assignments
referencing new table as arrived
for each statement execute function carry_assignment();
