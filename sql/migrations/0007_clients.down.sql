drop table client_changes;
drop table client_assignments;
drop function carry_assignment();
drop table clients;
drop function sort_form(text);
