c.client_code, c.full_name, c.contact_number, c.contact_number_alt,
(select b.code from branches b where b.id = c.branch_id),
c.past_due_amount,
(select ps.code from par_statuses ps where ps.id = c.par_status_id),
(
    select jsonb_build_array(u.id, staff_name(u.first_name, u.last_name, u.email))
    from users u
    where u.id = c.assigned_to
), s.period,
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
