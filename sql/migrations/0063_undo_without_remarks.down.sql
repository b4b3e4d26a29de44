-- Fails where somebody undid their own event without remarks: events cannot be edited.
alter table status_events add constraint status_events_remarks check (
    remarks is not null or kind not in ('reopened', 'voided', 'revived')
);
drop trigger require_remarks on status_events;
drop function require_remarks();
