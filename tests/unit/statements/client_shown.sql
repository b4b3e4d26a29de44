c.id, c.client_code, c.full_name, c.address, c.company_id::text, c.branch_id::text,
c.product_id::text, c.pension_type_id::text, c.pensioner_type_id::text, c.par_status_id::text,
c.account_type_id::text,
'••••' || c.pension_last4, c.birth_date, c.contact_number, c.contact_number_alt,
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
c.past_due_amount::text, c.loan_status, c.is_active, c.is_active
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
c.assigned_to::text,
c.sync_source::text, c.last_synced_at, c.created_at, c.updated_at, c.version,
c.tracking_cycle_from,
s.period, s.status_type_id::text, s.reason_id::text, s.remarks, s.has_payment, s.update_count, s.is_terminal,
s.exempt_cause, s.next_follow_up_on, s.promised_on, s.promised_amount::text, s.branch_id::text,
s.updated_by::text, s.updated_at, s.version
