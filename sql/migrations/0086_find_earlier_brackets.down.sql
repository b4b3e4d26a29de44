-- clientupdater:no-transaction
drop index concurrently if exists client_sync_history_par_status_idx;
