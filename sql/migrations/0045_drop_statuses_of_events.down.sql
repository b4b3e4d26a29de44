-- clientupdater:no-transaction
create index concurrently if not exists status_events_status_idx
on status_events (status_type_id, company_id);
