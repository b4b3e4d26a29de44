-- As it was.
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

drop table sealed_remarks;
drop table period_seal_rows;
drop table period_seal_branches;
drop table period_seals;
drop function refuse_change_of_sealed_remarks();
