alter table status_events
    drop constraint status_events_remarks_check,
    add constraint status_events_remarks_check check (is_kept_text(remarks));
alter table client_period_status
    drop constraint client_period_status_remarks_check,
    add constraint client_period_status_remarks_check check (is_kept_text(remarks));
