set local lock_timeout = '500ms';

drop function append_event;
drop function row_is_in_scope;
