-- clientupdater:no-transaction
create index concurrently if not exists client_period_status_touched_idx on client_period_status (
    period, sort_name, client_id
) include (home_branch_id, company_id) where update_count > 0;
