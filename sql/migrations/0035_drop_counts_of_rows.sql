-- clientupdater:no-transaction
-- No page and no export reads it, and every update wrote it.
drop index concurrently if exists client_period_status_count_idx;
