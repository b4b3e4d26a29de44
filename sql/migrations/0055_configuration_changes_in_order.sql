-- squawk-ignore-file adding-field-with-default
-- In which order the changes of one row were made. Their moments do not tell: a moment is when a
-- transaction begins, and the one that began later may write first. Few rows so far: what people
-- change of the configuration they change with SQL until now, which leaves no entry.
alter table config_audit_log add column position bigint generated always as identity;
