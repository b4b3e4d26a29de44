-- clientupdater:no-transaction
drop index concurrently if exists status_events_place_idx;
