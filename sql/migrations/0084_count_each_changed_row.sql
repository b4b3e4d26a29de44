-- squawk-ignore-file ban-drop-function
-- R3 (ADR 32): an update of one row pays for its own counts alone. The trigger for each statement gathered old and
-- new rows in tables of its own, also for the updates that change no count.
create function count_changed_row() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
-- One plan serves a client among ten and among a million.
set enable_seqscan = off
as $$
begin
    insert into row_count_changes (
        period, company_id, branch_id, assigned_to, product_id, pension_type_id, status_type_id,
        is_exempt, has_payment, is_terminal, is_done, is_confirmed, is_contacted,
        contact_branch_id, contact_by, done_branch_id, done_by, done_on, change
    )
    select
        v.period, c.company_id, c.branch_id, c.assigned_to, c.product_id, c.pension_type_id,
        v.status_type_id, v.exempt_cause is not null, v.has_payment, v.is_terminal,
        t.code = 'DONE', t.code = 'DONE' and coalesce(r.code = 'CONFIRMED', false),
        v.contact_branch_id is not null, v.contact_branch_id, v.contact_by,
        case when t.code = 'DONE' then v.branch_id end, v.done_by, v.done_on, v.change
    from (values
        (old.client_id, old.period, old.status_type_id, old.reason_id, old.exempt_cause,
         old.has_payment, old.is_terminal, old.contact_branch_id, old.contact_by,
         old.branch_id, old.done_by, old.done_on, -1),
        (new.client_id, new.period, new.status_type_id, new.reason_id, new.exempt_cause,
         new.has_payment, new.is_terminal, new.contact_branch_id, new.contact_by,
         new.branch_id, new.done_by, new.done_on, 1)
    ) v (
        client_id, period, status_type_id, reason_id, exempt_cause,
        has_payment, is_terminal, contact_branch_id, contact_by, branch_id,
        done_by, done_on, change
    )
    join clients c on c.id = v.client_id and c.deleted_at is null
    join status_types t on t.id = v.status_type_id
    left join status_reasons r on r.id = v.reason_id;
    return null;
end
$$;

drop trigger count_changed_rows on client_period_status;
create trigger count_changed_row after update on client_period_status
for each row when (
    old.client_id is distinct from new.client_id
    or old.period is distinct from new.period
    or old.status_type_id is distinct from new.status_type_id
    or old.reason_id is distinct from new.reason_id
    or old.exempt_cause is distinct from new.exempt_cause
    or old.has_payment is distinct from new.has_payment
    or old.is_terminal is distinct from new.is_terminal
    or old.contact_branch_id is distinct from new.contact_branch_id
    or old.contact_by is distinct from new.contact_by
    or old.branch_id is distinct from new.branch_id
    or old.done_by is distinct from new.done_by
    or old.done_on is distinct from new.done_on
)
execute function count_changed_row();

drop function count_changed_rows();
