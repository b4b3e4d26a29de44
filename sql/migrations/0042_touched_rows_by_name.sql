-- clientupdater:no-transaction
-- As touched_idx, but by work_rank: every update changes update_count, only the first one changes
-- this. The number is half of what work_rank adds for a touched row; no debt comes near it.
create index concurrently if not exists client_period_status_touched_name_idx
on client_period_status (
    period, sort_name, client_id
) include (home_branch_id, company_id) where work_rank > 576460752303423488;
