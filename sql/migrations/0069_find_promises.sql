-- clientupdater:no-transaction
-- Rows with a promise are few: an update of any other row does not write this index (ADR 23, ADR 33).
create index concurrently if not exists client_period_status_promised_idx
on client_period_status (period, sort_name, client_id)
include (home_branch_id, company_id, promised_on)
where promised_on is not null;
