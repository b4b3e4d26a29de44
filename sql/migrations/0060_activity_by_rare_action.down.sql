-- clientupdater:no-transaction
drop index concurrently if exists activity_logs_action_idx;
