-- clientupdater:no-transaction
create index concurrently if not exists client_period_status_status_idx on client_period_status (
    status_type_id, company_id
);
