-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion
-- squawk-ignore-file disallowed-unique-constraint, ban-drop-constraint, constraint-missing-not-valid
-- What pages look up and walk, so that none of them reads more the longer the book is kept.

-- P3, said of the form that every interface reads: it is made of the same columns, and a client's
-- row of a period is now one look-up. By the columns, all of a client's rows of a year were read.
alter table client_period_status drop constraint client_period_status_one_per_period;
alter table client_period_status
    add constraint client_period_status_one_per_period unique (client_id, period);

-- Who owes most and who was changed last, of a branch.
create index clients_branch_owed_idx on clients (branch_id, owed, id)
include (company_id, assigned_to) where deleted_at is null;
create index clients_branch_updated_idx on clients (branch_id, updated_at, id)
include (company_id, assigned_to) where deleted_at is null;
drop index clients_branch_code_idx;
create index clients_branch_code_idx on clients (branch_id, client_code, id)
include (company_id, assigned_to, deleted_at);

-- One's own: where they are is asked of each, and never leaves the index.
drop index clients_assigned_list_idx;
create index clients_assigned_list_idx on clients (assigned_to, sort_name, id)
include (branch_id, company_id, deleted_at) where assigned_to is not null;

-- What few have. Without an index, asking for what hardly anybody has would read everybody.
create index clients_loan_status_idx on clients (loan_status, sort_name, id)
include (branch_id, company_id, assigned_to) where loan_status is not null;
create index clients_inactive_idx on clients (sort_name, id)
include (branch_id, company_id, assigned_to) where not is_active;
create index client_period_status_payment_idx on client_period_status (
    period, sort_name, client_id
) include (home_branch_id, company_id, status_type_id) where has_payment;
create index client_period_status_exempt_idx on client_period_status (
    period, sort_name, client_id
) include (home_branch_id, company_id, status_type_id) where exempt_cause is not null;

-- Open rows that nobody has touched for long.
create index client_period_status_stale_idx on client_period_status (
    period, updated_at, client_id
) include (home_branch_id, company_id) where is_open;

-- Rows with a day to follow up on, open or not, by that day.
create index client_period_status_due_idx on client_period_status (period, due_on, client_id)
include (home_branch_id, company_id, is_open) where due_on > '0001-01-01'::date;

-- Rows that somebody has touched: hardly any on a month's first day.
create index client_period_status_touched_idx on client_period_status (
    period, sort_name, client_id
) include (home_branch_id, company_id) where update_count > 0;
