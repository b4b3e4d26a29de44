drop function blank_remarks(uuid, text);
drop table idempotency_keys;
drop table purge_log;
drop table activity_logs;
drop table data_access_log;
drop table authorization_audit;
drop table config_audit_log;
