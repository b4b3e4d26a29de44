drop trigger count_changed_row on client_period_status;
drop function count_changed_row();

CREATE OR REPLACE FUNCTION public.count_changed_rows()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
AS $function$
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
        case when t.code = 'DONE' then v.branch_id end, v.done_by, v.done_on,
        sum(v.change)
    from (
            select
                v.client_id, v.period, v.status_type_id, v.reason_id, v.exempt_cause,
                v.has_payment, v.is_terminal, v.contact_branch_id, v.contact_by, v.branch_id,
                v.done_by, v.done_on,
                sum(v.change) as change
            from (select
                    s.client_id, s.period, s.status_type_id, s.reason_id, s.exempt_cause,
                    s.has_payment, s.is_terminal, s.contact_branch_id, s.contact_by, s.branch_id,
                    s.done_by, s.done_on, -1 as change
                from was s
                union all
                select
                    s.client_id, s.period, s.status_type_id, s.reason_id, s.exempt_cause,
                    s.has_payment, s.is_terminal, s.contact_branch_id, s.contact_by, s.branch_id,
                    s.done_by, s.done_on, 1 as change
                from arrived s) v
            group by
                v.client_id, v.period, v.status_type_id, v.reason_id, v.exempt_cause,
                v.has_payment, v.is_terminal, v.contact_branch_id, v.contact_by, v.branch_id,
                v.done_by, v.done_on
            having sum(v.change) <> 0
    ) v
    cross join lateral (
        select c.*
        from clients c
        where c.id = v.client_id and c.deleted_at is null
        offset 0
    ) c
    join status_types t on t.id = v.status_type_id
    left join status_reasons r on r.id = v.reason_id
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18;
    return null;
end
$function$
;

create trigger count_changed_rows after update on client_period_status
referencing old table as was new table as arrived
for each statement execute function count_changed_rows();
