-- clientupdater:no-transaction
-- Updates are nearly all of the log, and are not in it: an update does not write it (ADR 23, ADR 29).
create index concurrently if not exists activity_logs_action_idx
on activity_logs (action, created_at) where action <> 'status.record';
