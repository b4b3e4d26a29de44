c.client_code, c.full_name, c.address,
(select co.code from companies co where co.id = c.company_id),
(select b.code from branches b where b.id = c.branch_id),
(select p.code from products p where p.id = c.product_id),
(select pt.code from pension_types pt where pt.id = c.pension_type_id),
(select pt.code from pensioner_types pt where pt.id = c.pensioner_type_id),
(select ps.code from par_statuses ps where ps.id = c.par_status_id),
(select a.code from account_types a where a.id = c.account_type_id),
c.pension_last4, c.birth_date, c.contact_number, c.contact_number_alt,
case when c.contact_conflict then (
    select jsonb_agg(
        jsonb_build_array(cs.source, cs.contact_number, cs.contact_number_alt) order by cs.source
    )
    from client_sources cs
    where
        cs.client_id = c.id
        and (
            cs.contact_number is distinct from c.contact_number
            or cs.contact_number_alt is distinct from c.contact_number_alt
        )
) end,
c.past_due_amount, c.loan_status, c.is_active, c.is_active
and c.deleted_at is null
and not exists (
    select from par_statuses ps
    where ps.id = c.par_status_id and not ps.is_trackable
)
and not exists (
    select from client_period_status t
    where t.client_id = c.id and t.is_terminal
        and not exists (
            select from client_period_status r
            where r.client_id = c.id and r.revived_at >= t.terminal_at
        )
    offset 0
),
(
    select jsonb_build_array(u.id, staff_name(u.first_name, u.last_name, u.email))
    from users u
    where u.id = c.assigned_to
),
c.sync_source::text, c.last_synced_at, c.created_at, c.updated_at, c.version,
c.company_id, c.branch_id, c.assigned_to,
(select p.tracking_cycle::text from products p where p.id = c.product_id),
c.tracking_cycle_from,
s.period,
(select t.code from status_types t where t.id = s.status_type_id),
(select r.code from status_reasons r where r.id = s.reason_id),
s.remarks, s.has_payment, s.update_count, s.is_terminal, s.exempt_cause, s.next_follow_up_on,
s.promised_on, s.promised_amount,
(select b.code from branches b where b.id = s.branch_id),
(
    select jsonb_build_array(u.id, staff_name(u.first_name, u.last_name, u.email))
    from users u
    where u.id = s.updated_by
),
s.updated_at, s.version
