-- clientupdater:no-transaction
-- R5: what counts are kept by seldom changes, so that few of a sync's changes write this index (ADR 36).
create index concurrently if not exists client_sync_history_place_idx
on client_sync_history (changed_at)
include (client_id, field_changed, old_value)
where field_changed::text = any('{company,branch,product,pension_type}'::text[]);
