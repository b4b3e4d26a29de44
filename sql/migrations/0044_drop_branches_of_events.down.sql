-- clientupdater:no-transaction
create index concurrently if not exists status_events_branch_idx
on status_events (branch_id, created_at);
