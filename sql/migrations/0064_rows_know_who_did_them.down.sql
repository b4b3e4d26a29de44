alter table client_period_status
    drop column contact_branch_id,
    drop column contact_by,
    drop column done_by,
    drop column done_at,
    drop column done_on;
