-- clientupdater:no-transaction
create index concurrently if not exists client_period_status_contact_by_idx
on client_period_status (contact_by, period) where contact_by is not null;
