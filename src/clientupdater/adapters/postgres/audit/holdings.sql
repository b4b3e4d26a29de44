-- What is held about one client beside its periods, changes and accesses, a deleted client's included
-- (C4). Lookups appear as their codes; the pension number as its last four digits.

-- name: client
select
    c.id, c.client_code, c.full_name, c.address, c.company_id::text, c.branch_id::text,
    c.product_id::text, c.pension_type_id::text, c.pensioner_type_id::text, c.par_status_id::text,
    c.account_type_id::text, c.pension_last4, c.birth_date, c.contact_number, c.contact_number_alt,
    c.past_due_amount, c.loan_status, c.is_active, c.sync_source::text, c.last_synced_at,
    c.created_at, c.updated_at, c.deleted_at, c.version
from clients c
where c.id = %(client)s

-- name: sources
select
    s.source::text, s.contact_number, s.contact_number_alt, s.source_version, s.missing_count,
    s.last_seen_at, s.created_at
from client_sources s
where s.client_id = %(client)s
order by s.source

-- name: assignments
select
    a.officer_id, staff_name(o.first_name, o.last_name, o.email), a.assigned_from, a.assigned_until,
    a.assigned_by, staff_name(b.first_name, b.last_name, b.email), a.end_reason
from client_assignments a
join users o on o.id = a.officer_id
left join users b on b.id = a.assigned_by
where a.client_id = %(client)s
order by a.assigned_from desc, a.id
limit %(limit)s

-- name: rejects
select r.created_at, r.sync_job_id, r.row_number, r.record, r.reasons
from rejects_about(%(client)s, %(limit)s) r
