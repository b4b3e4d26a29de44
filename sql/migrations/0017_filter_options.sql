-- squawk-ignore-file require-concurrent-index-creation
-- What clients can be filtered by, where it is no lookup but what they hold: the loan statuses that
-- the sources send, and the officers they are assigned to. Walked value by value, branch by branch
-- and company by company, so that nobody's options read all clients, nor one they may not see.

create index clients_loan_statuses_idx on clients (branch_id, company_id, loan_status)
where deleted_at is null and loan_status is not null;
create index clients_officers_idx on clients (branch_id, company_id, assigned_to)
where deleted_at is null and assigned_to is not null;
