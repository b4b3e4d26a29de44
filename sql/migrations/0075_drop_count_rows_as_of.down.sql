-- R5: the counts of a period's rows as they were at a past moment (ADR 36). A row that has not changed
-- since stands as it did; the others are folded anew from their events, as domain/events.py folds them.
-- What clients were counted by is what the first change after the moment replaced.

-- The policies of the tables know where clients are at present. A past count is limited by where they
-- were, so that it runs as the system and applies the policy of the counts itself.
create function count_rows_as_of(
    of_company uuid, of_periods text[], of_view text, moment timestamptz, zone text
)
returns table (
    period text,
    company_id uuid,
    branch_id uuid,
    assigned_to uuid,
    product_id uuid,
    pension_type_id uuid,
    status_type_id uuid,
    is_exempt boolean,
    has_payment boolean,
    is_terminal boolean,
    is_done boolean,
    is_confirmed boolean,
    is_contacted boolean,
    contact_branch_id uuid,
    contact_by uuid,
    done_branch_id uuid,
    done_by uuid,
    done_on date,
    stands_in uuid,
    opened_in uuid,
    stood_in uuid[],
    was_exempt boolean,
    total bigint
)
language plpgsql
stable
security definer
set search_path = pg_catalog, public, pg_temp
set jit = off
set work_mem = '32MB'
rows 20000
as $$
declare
    before text := coalesce(current_setting('clientupdater.system', true), '');
begin
    perform set_config('clientupdater.system', 'on', true);
    -- Planned anew each time, for this moment.
    return query execute $sql$
with known as (
    select
        s.id, s.client_id, s.period, e.event_sequence, e.kind, e.status_type_id, e.reason_id,
        e.is_terminal, e.has_payment, e.branch_id, e.created_by, e.created_at,
        v.voids is null as is_live,
        e.kind = 'recorded' and e.status_type_id = (
            select t.id from status_types t where t.code = 'DONE'
        ) as closes,
        e.kind = 'recorded' and e.reason_id is distinct from (
            select r.id from status_reasons r where r.code = 'NOT_REACHABLE'
        ) as is_contact
    from client_period_status s
    join status_events e on e.client_period_status_id = s.id and e.created_at <= $4
    left join status_events v
        on v.client_period_status_id = e.client_period_status_id
        and v.voids = e.event_sequence
        and v.created_at <= $4
    where s.period = any($2) and s.created_at <= $4 and s.updated_at > $4
),

folded as (
    select
        k.id, k.client_id, k.period,
        (
            array_agg(k.branch_id order by k.event_sequence desc)
            filter (where k.kind in ('opened', 'moved'))
        )[1] as stands_in,
        (array_agg(k.status_type_id order by k.event_sequence desc))[1] as status_type_id,
        coalesce(
            (
                array_agg(k.kind = 'exempted' order by k.event_sequence desc)
                filter (where k.kind in ('exempted', 'restored', 'revived'))
            )[1],
            false
        ) as is_exempt,
        coalesce(
            bool_or(k.kind = 'payment' or k.kind = 'recorded' and k.has_payment is true)
            filter (where k.is_live),
            false
        ) as has_payment,
        coalesce(
            (
                array_agg(k.kind = 'recorded' and k.is_terminal order by k.event_sequence desc)
                filter (where k.is_live and k.kind in ('recorded', 'reopened', 'revived'))
            )[1],
            false
        ) as is_terminal,
        (
            array_agg(k.branch_id order by k.event_sequence)
            filter (where k.is_live and k.is_contact)
        )[1] as contact_branch_id,
        (
            array_agg(k.created_by order by k.event_sequence)
            filter (where k.is_live and k.is_contact)
        )[1] as contact_by,
        -- Of a row that is done, the last DONE was neither voided nor reopened.
        (
            array_agg(k.reason_id order by k.event_sequence desc)
            filter (where k.closes)
        )[1] as done_reason_id,
        (
            array_agg(k.created_by order by k.event_sequence desc)
            filter (where k.closes)
        )[1] as done_by,
        (
            array_agg(k.created_at order by k.event_sequence desc)
            filter (where k.closes)
        )[1] as done_at
    from known k
    group by k.id, k.client_id, k.period
),

then_row as (
    select
        s.id, s.client_id, s.period, s.branch_id as stands_in, s.status_type_id,
        s.exempt_cause is not null as is_exempt, s.has_payment, s.is_terminal,
        s.contact_branch_id, s.contact_by, s.reason_id as done_reason_id, s.done_by, s.done_on
    from client_period_status s
    where s.period = any($2) and s.created_at <= $4 and s.updated_at <= $4
    union all
    select
        f.id, f.client_id, f.period, f.stands_in, f.status_type_id, f.is_exempt, f.has_payment,
        f.is_terminal, f.contact_branch_id, f.contact_by, f.done_reason_id, f.done_by,
        (f.done_at at time zone $5)::date
    from folded f
),

-- For the view of places: the branches that rows which moved, or were exempt, had stood in by then.
place as (
    select
        e.client_period_status_id as id,
        (array_agg(e.branch_id) filter (where e.kind = 'opened'))[1] as opened_in,
        array_agg(distinct e.branch_id) filter (where e.kind <> 'exempted') as stood_in,
        bool_or(e.kind = 'exempted') as was_exempt
    from (
        select distinct m.client_period_status_id as id
        from status_events m
        where $3 = 'place' and m.kind in ('moved', 'exempted') and m.created_at <= $4
    ) m
    join status_events e on e.client_period_status_id = m.id
    where e.kind in ('opened', 'moved', 'exempted') and e.created_at <= $4
    group by e.client_period_status_id
),

first_change as (
    select distinct on (h.client_id, h.field_changed) h.client_id, h.field_changed, h.old_value
    from (
        select n.client_id, n.field_changed, n.old_value, n.changed_at
        from client_sync_history n
        where
            n.changed_at > $4
            and n.field_changed::text = any('{company,branch,product,pension_type}'::text[])
        union all
        select p.client_id, p.field_changed, p.old_value, p.changed_at
        from client_changes p
        where p.changed_at > $4 and p.field_changed = 'branch'
    ) h
    order by h.client_id, h.field_changed, h.changed_at
),

earlier as (
    select
        f.client_id,
        max(f.old_value) filter (where f.field_changed = 'company') as company,
        max(f.old_value) filter (where f.field_changed = 'branch') as branch,
        bool_or(f.field_changed = 'product') as other_product,
        max(f.old_value) filter (where f.field_changed = 'product') as product,
        bool_or(f.field_changed = 'pension_type') as other_pension_type,
        max(f.old_value) filter (where f.field_changed = 'pension_type') as pension_type
    from first_change f
    group by f.client_id
),

officer as (
    select
        a.client_id,
        (
            array_agg(a.officer_id order by a.assigned_from desc)
            filter (where a.assigned_from <= $4)
        )[1] as officer_id
    from client_assignments a
    where
        (a.assigned_from > $4 or a.assigned_until > $4)
        and (a.assigned_until is null or a.assigned_until > a.assigned_from)
    group by a.client_id
),

owed as (
    select
        r.*, r.status_type_id = (select t.id from status_types t where t.code = 'DONE') as is_done,
        coalesce(
            r.done_reason_id = (select d.id from status_reasons d where d.code = 'CONFIRMED'), false
        ) as has_confirmed,
        coalesce(co.id, c.company_id) as company_id,
        coalesce(b.id, c.branch_id) as branch_id,
        case when o.client_id is null then c.assigned_to else o.officer_id end as assigned_to,
        case when x.other_product then p.id else c.product_id end as product_id,
        case when x.other_pension_type then y.id else c.pension_type_id end as pension_type_id
    from then_row r
    join clients c on c.id = r.client_id and (c.deleted_at is null or c.deleted_at > $4)
    left join officer o on o.client_id = c.id
    left join earlier x on x.client_id = c.id
    left join companies co on co.code = x.company
    left join branches b on b.code = x.branch
    left join products p on p.code = x.product
    left join pension_types y on y.code = x.pension_type
    -- The filters below come after the joins: the planner takes them for far narrower than they are.
    offset 0
)

select
    o.period, o.company_id, o.branch_id, o.assigned_to,
    case when $3 = 'product' then o.product_id end,
    case when $3 = 'product' then o.pension_type_id end,
    case when $3 = 'standing' then o.status_type_id end,
    o.is_exempt,
    case when $3 = 'standing' then o.has_payment end,
    case when $3 = 'standing' then o.is_terminal end,
    o.is_done, o.is_done and o.has_confirmed, o.contact_branch_id is not null,
    case when $3 = 'credit' then o.contact_branch_id end,
    case when $3 = 'credit' then o.contact_by end,
    case when $3 = 'credit' and o.is_done then o.stands_in end,
    case when $3 = 'credit' and o.is_done then o.done_by end,
    case when $3 = 'day' and o.is_done then o.done_on end,
    case when $3 = 'place' then o.stands_in end,
    case when $3 = 'place' then coalesce(l.opened_in, o.stands_in) end,
    case when $3 = 'place' then coalesce(l.stood_in, array[o.stands_in]) end,
    case when $3 = 'place' then coalesce(l.was_exempt, o.is_exempt) end,
    count(*)
from owed o
left join place l on l.id = o.id
where
    o.company_id = $1
    and (
        $6
        or o.company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
        or (
            o.company_id = any((select scope_ids('clientupdater.branch_companies'))::uuid[])
            and o.branch_id in (select unnest((select scope_ids('clientupdater.direct_branches'))))
        )
        or (
            o.company_id = any((select scope_ids('clientupdater.area_companies'))::uuid[])
            and o.branch_id in (select unnest((select scope_ids('clientupdater.area_branches'))))
        )
        or (
            o.company_id = any((select scope_ids('clientupdater.self_companies'))::uuid[])
            and (
                o.assigned_to = (select scope_actor())
                or (
                    o.assigned_to = any((select scope_ids('clientupdater.stand_ins'))::uuid[])
                    and o.branch_id = any((select scope_ids('clientupdater.stand_in_branches'))::uuid[])
                )
            )
        )
    )
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22
    $sql$ using of_company, of_periods, of_view, moment, zone, before = 'on';
    perform set_config('clientupdater.system', before, true);
end
$$;

revoke execute on function count_rows_as_of(uuid, text[], text, timestamptz, text) from public;
grant execute on function count_rows_as_of(uuid, text[], text, timestamptz, text)
to clientupdater_app;
