-- clientupdater:no-transaction
-- R5: what amounts and PAR statuses were. Rows are appended in the order of time, so that this index
-- has one entry for many, and a sync that changes all clients hardly writes it (ADR 38).
create index concurrently if not exists client_sync_history_changed_at_idx
on client_sync_history using brin (changed_at);
