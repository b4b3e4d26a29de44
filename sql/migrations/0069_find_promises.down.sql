-- clientupdater:no-transaction
drop index concurrently if exists client_period_status_promised_idx;
