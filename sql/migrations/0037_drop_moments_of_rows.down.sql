-- clientupdater:no-transaction
create index concurrently if not exists client_period_status_stale_idx on client_period_status (
    period, updated_at, client_id
) include (home_branch_id, company_id) where is_open;
