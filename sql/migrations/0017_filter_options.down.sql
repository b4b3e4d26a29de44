drop index clients_officers_idx;
drop index clients_loan_statuses_idx;
