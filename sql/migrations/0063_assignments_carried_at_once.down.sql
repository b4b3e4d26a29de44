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

drop trigger carry_assignment on client_assignments;
drop trigger carry_assignment_end on client_assignments;

create trigger carry_assignment after insert or update on client_assignments
for each row execute function carry_assignment();
