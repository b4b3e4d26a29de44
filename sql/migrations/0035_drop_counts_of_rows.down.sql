-- clientupdater:no-transaction
create index concurrently if not exists client_period_status_count_idx on client_period_status (
    company_id, period, status_type_id, branch_id
) include (client_id, reason_id, has_payment, update_count, exempt_cause);
