-- clientupdater:no-transaction
-- With the moment of its last update in an index, no update of a row could leave the indexes alone.
drop index concurrently if exists client_period_status_stale_idx;
