-- clientupdater:no-transaction
-- R5, R9: the PAR status of a client before its first change since a moment, which is rare among changes of amounts.
create index concurrently if not exists client_sync_history_par_status_idx
on client_sync_history (changed_at) include (client_id, old_value)
where field_changed = 'par_status';
