drop index clients_assigned_list_idx;
create index clients_assigned_list_idx on clients (assigned_to, sort_name, id)
where assigned_to is not null;
drop index client_period_status_touched_idx;
drop index client_period_status_due_idx;
drop index client_period_status_stale_idx;
drop index client_period_status_exempt_idx;
drop index client_period_status_payment_idx;
drop index clients_inactive_idx;
drop index clients_loan_status_idx;
drop index clients_branch_code_idx;
create index clients_branch_code_idx on clients (branch_id, client_code);
drop index clients_branch_updated_idx;
drop index clients_branch_owed_idx;
alter table client_period_status drop constraint client_period_status_one_per_period;
alter table client_period_status
    add constraint client_period_status_one_per_period unique nulls not distinct (
        client_id, period_type, period_year, period_month, period_quarter
    );
