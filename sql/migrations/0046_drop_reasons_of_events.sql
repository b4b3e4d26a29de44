-- clientupdater:no-transaction
-- It served the deletion of a reason alone, and a lookup is never deleted.
drop index concurrently if exists status_events_reason_idx;
