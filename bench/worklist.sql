-- The first page of the worklist as bare SQL, for pgbench: of each branch the first of its index,
-- cut, then the columns of those. Due follow-ups fill the page, so it begins no other phase.
-- Parameters (-D): branches, month and quarter (the running periods), day.
with keys as materialized (
    select w.due_on, w.work_rank, w.client_id, w.period
    from unnest(:branches::uuid[]) lead (id)
    cross join unnest(array[:month, :quarter]::text[]) of_period (period)
    cross join lateral (
        select s.due_on, s.work_rank, s.client_id, s.period
        from client_period_status s
        where s.is_open
            and (s.home_branch_id, s.period, s.due_on)
            >= (lead.id, of_period.period, '0001-01-02'::date)
            and (s.home_branch_id, s.period, s.due_on) <= (lead.id, of_period.period, :day::date)
        order by s.home_branch_id, s.period, s.due_on, s.work_rank, s.client_id
        limit 51
    ) w
    order by w.due_on, w.work_rank, w.client_id
    limit 51
)

select
    c.id, c.client_code, c.full_name, c.contact_number, c.contact_number_alt, b.code,
    c.past_due_amount, ps.code, o.id, o.first_name, o.last_name, s.period, t.code, r.code,
    s.remarks, s.has_payment, s.update_count, s.is_terminal, s.exempt_cause, s.next_follow_up_on,
    s.promised_on, s.promised_amount, u.id, u.first_name, u.last_name, s.updated_at, s.version
from keys k
join clients c on c.id = k.client_id
join branches b on b.id = c.branch_id
join client_period_status s on s.client_id = k.client_id and s.period = k.period
join status_types t on t.id = s.status_type_id
left join status_reasons r on r.id = s.reason_id
left join par_statuses ps on ps.id = c.par_status_id
left join users o on o.id = c.assigned_to
left join users u on u.id = s.updated_by
order by k.due_on, k.work_rank, k.client_id;
