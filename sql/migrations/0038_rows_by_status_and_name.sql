-- clientupdater:no-transaction
-- As list_idx, with work_rank in place of update_count: every update changes that, only the first of a
-- row changes this.
create index concurrently if not exists client_period_status_status_name_idx
on client_period_status (
    period, status_type_id, sort_name, client_id
) include (home_branch_id, company_id, work_rank);
