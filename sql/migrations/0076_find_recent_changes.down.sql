-- clientupdater:no-transaction
drop index concurrently if exists client_sync_history_changed_at_idx;
