-- squawk-ignore-file ban-drop-function
set local lock_timeout = '500ms';

drop function client_in_period(uuid, text, text);
