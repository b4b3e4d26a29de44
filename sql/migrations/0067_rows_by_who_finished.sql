-- clientupdater:no-transaction
create index concurrently if not exists client_period_status_done_by_idx
on client_period_status (done_by, period) where done_by is not null;
