-- squawk-ignore-file ban-drop-column
alter table config_audit_log drop column position;
