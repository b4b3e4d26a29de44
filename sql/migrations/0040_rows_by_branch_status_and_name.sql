-- clientupdater:no-transaction
-- As home_list_idx, with work_rank as in 0038.
create index concurrently if not exists client_period_status_branch_status_name_idx
on client_period_status (
    home_branch_id, period, status_type_id, sort_name, client_id
) include (company_id, work_rank);
