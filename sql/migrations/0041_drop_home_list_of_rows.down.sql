-- clientupdater:no-transaction
create index concurrently if not exists client_period_status_home_list_idx on client_period_status (
    home_branch_id, period, status_type_id, sort_name, client_id
) include (company_id, update_count);
