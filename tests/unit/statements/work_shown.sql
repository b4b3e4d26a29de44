c.id, c.client_code, c.full_name, c.contact_number, c.contact_number_alt, c.branch_id::text,
c.past_due_amount::text, c.par_status_id::text,
c.assigned_to::text,
s.period, s.status_type_id::text, s.reason_id::text, s.remarks, s.has_payment, s.update_count, s.is_terminal,
s.exempt_cause, s.next_follow_up_on, s.promised_on, s.promised_amount::text, s.branch_id::text,
s.updated_by::text, s.updated_at, s.version
