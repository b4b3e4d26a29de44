-- squawk-ignore-file ban-drop-function
-- Apart from 0047, whose lock would stop writers for as long as this reads. Nothing calls the function
-- any more.
alter table client_period_status validate constraint client_period_status_remarks_check;
alter table status_events validate constraint status_events_remarks_check;
drop function is_kept_text(text);
