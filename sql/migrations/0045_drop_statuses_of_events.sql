-- clientupdater:no-transaction
-- It served the deletion of a status alone, and a lookup is never deleted.
drop index concurrently if exists status_events_status_idx;
