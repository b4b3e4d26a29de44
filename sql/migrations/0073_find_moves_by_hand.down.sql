-- clientupdater:no-transaction
drop index concurrently if exists client_changes_branch_idx;
