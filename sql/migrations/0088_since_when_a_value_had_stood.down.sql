set local lock_timeout = '500ms';

alter table client_sync_history drop column old_value_since;
