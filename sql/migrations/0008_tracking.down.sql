drop table period_openings;
drop table status_events;
drop function refuse_event_change();
drop function refuse_unvoidable();
drop trigger carry_sort_name on clients;
drop function carry_sort_name();
drop table client_period_status;
drop function take_from_client();
