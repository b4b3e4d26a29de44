-- Names of staff are in memory with the configuration: whatever changes one moves its generation, a sign-in does not.
set local lock_timeout = '500ms';

create trigger move_generation
after insert or delete or truncate or update of first_name, last_name, email on users
for each statement execute function move_configuration_generation();
