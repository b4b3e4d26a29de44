-- clientupdater:no-transaction
drop index concurrently if exists client_period_status_branch_status_name_idx;
