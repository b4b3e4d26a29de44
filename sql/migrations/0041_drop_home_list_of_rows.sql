-- clientupdater:no-transaction
-- branch_status_name_idx replaces it.
drop index concurrently if exists client_period_status_home_list_idx;
