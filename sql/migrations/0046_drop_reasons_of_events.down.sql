-- clientupdater:no-transaction
create index concurrently if not exists status_events_reason_idx on status_events (
    reason_id, status_type_id
) where reason_id is not null;
