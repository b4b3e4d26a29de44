-- clientupdater:no-transaction
drop index concurrently if exists client_period_status_done_by_idx;
