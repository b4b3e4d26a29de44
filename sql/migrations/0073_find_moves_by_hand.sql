-- clientupdater:no-transaction
-- R5: the clients of a closed branch, which people moved (ADR 36).
create index concurrently if not exists client_changes_branch_idx
on client_changes (changed_at)
include (client_id, old_value)
where field_changed = 'branch';
