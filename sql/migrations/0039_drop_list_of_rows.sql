-- clientupdater:no-transaction
-- status_name_idx replaces it.
drop index concurrently if exists client_period_status_list_idx;
