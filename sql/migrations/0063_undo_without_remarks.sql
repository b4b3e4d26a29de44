-- squawk-ignore-file ban-drop-constraint
-- S13: who undoes their own last event need not say why. A check cannot read the voided event, and a
-- new check would read the whole table under a lock, so a trigger requires remarks instead: events are
-- only ever inserted.
create function require_remarks() returns trigger
language plpgsql as $$
begin
    if new.kind <> 'voided' or not exists (
        select from status_events e
         where e.client_period_status_id = new.client_period_status_id
           and e.event_sequence = new.voids
           and e.kind = 'recorded'
           and e.created_by = new.created_by
    ) then
        raise exception using
            errcode = 'check_violation',
            constraint = 'status_events_remarks',
            message = format('status_events_remarks: %s needs remarks', new.kind);
    end if;
    return new;
end
$$;

create trigger require_remarks before insert on status_events
for each row when (new.remarks is null and new.kind in ('reopened', 'voided', 'revived'))
execute function require_remarks();

alter table status_events drop constraint status_events_remarks;
