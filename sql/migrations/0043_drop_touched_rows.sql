-- clientupdater:no-transaction
-- touched_name_idx replaces it.
drop index concurrently if exists client_period_status_touched_idx;
