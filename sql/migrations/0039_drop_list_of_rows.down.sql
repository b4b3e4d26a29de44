-- clientupdater:no-transaction
create index concurrently if not exists client_period_status_list_idx on client_period_status (
    period, status_type_id, sort_name, client_id
) include (home_branch_id, company_id, update_count);
