-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion
-- Each filter of an audit walks an index that begins with it and goes on with time (ADR 29). Only
-- changes of rights and configuration, refusals and looks at personal data write these tables, so
-- their indexes are built at once.

drop index config_audit_log_changed_by_idx;
create index config_audit_log_changed_by_idx on config_audit_log (changed_by, changed_at);
create index config_audit_log_table_idx on config_audit_log (table_name, changed_at);
create index config_audit_log_action_idx on config_audit_log (action, changed_at);

drop index authorization_audit_company_id_idx;
create index authorization_audit_company_id_idx on authorization_audit (company_id, decided_at);
create index authorization_audit_resource_idx on authorization_audit (
    resource, resource_id, decided_at
);
create index authorization_audit_permission_idx on authorization_audit (permission, decided_at);
create index authorization_audit_decision_idx on authorization_audit (decision, decided_at);

-- Files with many clients, for "who saw this client's data".
create index data_access_log_many_clients_idx on data_access_log (accessed_at)
where client_id is null;

-- A person's data on request names the records of theirs that could not be taken.
create index sync_rejects_client_code_idx on sync_rejects (client_code, created_at)
where client_code is not null;
