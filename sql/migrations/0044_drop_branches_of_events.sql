-- clientupdater:no-transaction
-- It served the deletion of a branch alone, and branches are only marked as deleted.
drop index concurrently if exists status_events_branch_idx;
