drop policy with_event on sealed_remarks;
drop function rejects_about(uuid, integer);
drop function remarks_were_erased(uuid, uuid);
drop function sealed_leaves(uuid, uuid, uuid);
drop function keep_delivery(text, text, jsonb, timestamptz);

create or replace function scope_is_system() returns boolean
language sql stable parallel safe
return coalesce(current_setting('clientupdater.system', true) = 'on', false);

CREATE OR REPLACE FUNCTION public.carry_assignment()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
    before text := coalesce(current_setting('clientupdater.system', true), '');
begin
    perform set_config('clientupdater.system', 'on', true);
    -- Planned anew each time, for the number of rows that there are.
    execute $sql$
        update clients c
           set assigned_to = a.officer_id
          from (select distinct arrived.client_id from arrived) touched
          left join client_assignments a
            on a.client_id = touched.client_id and a.assigned_until is null
         where c.id = touched.client_id and c.assigned_to is distinct from a.officer_id
    $sql$;
    perform set_config('clientupdater.system', before, true);
    return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.carry_to_rows()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
    before text := coalesce(current_setting('clientupdater.system', true), '');
    concerns_rows boolean;
begin
    execute $sql$
        select coalesce(bool_or(
                was.sort_name <> arrived.sort_name
                or was.branch_id <> arrived.branch_id
                or was.company_id <> arrived.company_id
                or was.owed <> arrived.owed
                or (was.deleted_at is null) <> (arrived.deleted_at is null)
            ), false)
          from was
          join arrived on arrived.id = was.id
    $sql$ into concerns_rows;
    if not concerns_rows then
        return null;
    end if;
    perform set_config('clientupdater.system', 'on', true);
    -- Locked in the order in which every writer locks rows, so that no two wait for each other.
    execute $sql$
        select count(*)
           from (
            select s.id
              from was
              join arrived on arrived.id = was.id
              join client_period_status s on s.client_id = arrived.id
             where s.sort_name <> arrived.sort_name
                or s.home_branch_id is distinct from
                    case when s.company_id = arrived.company_id then arrived.branch_id end
                or (s.is_open and s.owed <> arrived.owed)
                or (
                    s.exempt_cause is null
                    and (was.deleted_at is null) <> (arrived.deleted_at is null)
                )
             order by s.client_id, s.period_year,
                 coalesce(s.period_month, s.period_quarter * 3 - 2), s.period_type
               for no key update of s
           ) locked
    $sql$;
    execute $sql$
        update client_period_status s
           set sort_name = arrived.sort_name,
               home_branch_id = case when s.company_id = arrived.company_id then arrived.branch_id end,
               owed = case
                   when
                       s.is_open
                       or (
                           s.exempt_cause is null
                           and (was.deleted_at is null) <> (arrived.deleted_at is null)
                       )
                       then arrived.owed
                   else s.owed
               end,
               is_open = case
                   when
                       s.exempt_cause is null
                       and (was.deleted_at is null) <> (arrived.deleted_at is null)
                       then asks_for_work(
                           s.status_type_id, s.exempt_cause, arrived.deleted_at is null
                       )
                   else s.is_open
               end
          from was
          join arrived on arrived.id = was.id
         where s.client_id = arrived.id
           and (
               s.sort_name <> arrived.sort_name
               or s.home_branch_id is distinct from
                   case when s.company_id = arrived.company_id then arrived.branch_id end
               or (s.is_open and s.owed <> arrived.owed)
               or (
                   s.exempt_cause is null
                   and (was.deleted_at is null) <> (arrived.deleted_at is null)
               )
           )
    $sql$;
    perform set_config('clientupdater.system', before, true);
    return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.count_changed_rows()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
AS $function$
declare
    before text := coalesce(current_setting('clientupdater.system', true), '');
begin
    perform set_config('clientupdater.system', 'on', true);
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
    perform set_config('clientupdater.system', before, true);
    return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.count_new_rows()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
AS $function$
declare
    before text := coalesce(current_setting('clientupdater.system', true), '');
begin
    perform set_config('clientupdater.system', 'on', true);
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
    perform set_config('clientupdater.system', before, true);
    return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.count_rows_as_of(of_company uuid, of_periods text[], of_view text, moment timestamp with time zone, zone text)
 RETURNS TABLE(period text, company_id uuid, branch_id uuid, assigned_to uuid, product_id uuid, pension_type_id uuid, status_type_id uuid, is_exempt boolean, has_payment boolean, is_terminal boolean, is_done boolean, is_confirmed boolean, is_contacted boolean, contact_branch_id uuid, contact_by uuid, done_branch_id uuid, done_by uuid, done_on date, stands_in uuid, opened_in uuid, stood_in uuid[], was_exempt boolean, total bigint)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 20000
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET jit TO 'off'
 SET work_mem TO '32MB'
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION public.count_rows_of_changed_clients()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
    before text := coalesce(current_setting('clientupdater.system', true), '');
    concerns_counts boolean;
begin
    execute $sql$
        select coalesce(bool_or(
                (was.company_id, was.branch_id, was.assigned_to, was.product_id, was.pension_type_id,
                    was.deleted_at is null)
                is distinct from (arrived.company_id, arrived.branch_id, arrived.assigned_to,
                    arrived.product_id, arrived.pension_type_id, arrived.deleted_at is null)
            ), false)
          from was
          join arrived on arrived.id = was.id
    $sql$ into concerns_counts;
    if not concerns_counts then
        return null;
    end if;
    perform set_config('clientupdater.system', 'on', true);
    execute $sql$
        select count(*)
          from (
            select s.id
              from was
              join arrived on arrived.id = was.id
              join client_period_status s on s.client_id = arrived.id
             where (was.company_id, was.branch_id, was.assigned_to, was.product_id,
                    was.pension_type_id, was.deleted_at is null)
                is distinct from (arrived.company_id, arrived.branch_id, arrived.assigned_to,
                    arrived.product_id, arrived.pension_type_id, arrived.deleted_at is null)
             order by s.client_id, s.period_year,
                 coalesce(s.period_month, s.period_quarter * 3 - 2), s.period_type
               for no key update of s
          ) locked
    $sql$;
    execute $sql$
    insert into row_count_changes (
        period, company_id, branch_id, assigned_to, product_id, pension_type_id, status_type_id,
        is_exempt, has_payment, is_terminal, is_done, is_confirmed, is_contacted,
        contact_branch_id, contact_by, done_branch_id, done_by, done_on, change
    )
    select
        s.period, c.company_id, c.branch_id, c.assigned_to, c.product_id, c.pension_type_id,
        s.status_type_id, s.exempt_cause is not null, s.has_payment, s.is_terminal,
        t.code = 'DONE', t.code = 'DONE' and coalesce(r.code = 'CONFIRMED', false),
        s.contact_branch_id is not null, s.contact_branch_id, s.contact_by,
        case when t.code = 'DONE' then s.branch_id end, s.done_by, s.done_on,
        sum(c.change)
    from (
        select was.*, -1 as change
        from was
        join arrived on arrived.id = was.id
        where (was.company_id, was.branch_id, was.assigned_to, was.product_id,
                was.pension_type_id, was.deleted_at is null)
            is distinct from (arrived.company_id, arrived.branch_id, arrived.assigned_to,
                arrived.product_id, arrived.pension_type_id, arrived.deleted_at is null)
        union all
        select arrived.*, 1
        from was
        join arrived on arrived.id = was.id
        where (was.company_id, was.branch_id, was.assigned_to, was.product_id,
                was.pension_type_id, was.deleted_at is null)
            is distinct from (arrived.company_id, arrived.branch_id, arrived.assigned_to,
                arrived.product_id, arrived.pension_type_id, arrived.deleted_at is null)
    ) c
    join client_period_status s on s.client_id = c.id
    join status_types t on t.id = s.status_type_id
    left join status_reasons r on r.id = s.reason_id
    where c.deleted_at is null
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18
    having sum(c.change) <> 0
    $sql$;
    perform set_config('clientupdater.system', before, true);
    return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.fold_row_counts(at_most integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
    before text := coalesce(current_setting('clientupdater.system', true), '');
    folded integer;
begin
    if not pg_try_advisory_xact_lock(1667856208, 32) then
        return null;
    end if;
    perform set_config('clientupdater.system', 'on', true);
    with oldest as (
        select id from row_count_changes order by id limit at_most
    ),

    taken as (
        delete from row_count_changes d using oldest where d.id = oldest.id returning d.*
    ),

    in_views as (
        select
            'standing' as view, period, company_id, branch_id, assigned_to, status_type_id,
            has_payment, is_terminal, null::uuid as product_id, null::uuid as pension_type_id,
            is_exempt, is_done, is_confirmed, is_contacted, null::uuid as contact_branch_id,
            null::uuid as contact_by, null::uuid as done_branch_id, null::uuid as done_by,
            null::date as done_on, change
        from taken
        union all
        select
            'product' as view, period, company_id, branch_id, assigned_to, null::uuid,
            null::boolean, null::boolean, product_id, pension_type_id, is_exempt, is_done,
            is_confirmed, is_contacted, null::uuid, null::uuid, null::uuid, null::uuid,
            null::date, change
        from taken
        union all
        select
            'credit' as view, period, company_id, branch_id, assigned_to, null::uuid,
            null::boolean, null::boolean, null::uuid, null::uuid, is_exempt, is_done,
            is_confirmed, is_contacted, contact_branch_id, contact_by, done_branch_id, done_by,
            null::date, change
        from taken
        union all
        select
            'day' as view, period, company_id, branch_id, assigned_to, null::uuid, null::boolean,
            null::boolean, null::uuid, null::uuid, is_exempt, is_done, is_confirmed, is_contacted,
            null::uuid, null::uuid, null::uuid, null::uuid, done_on, change
        from taken
    ),

    added as (
        insert into row_counts as kept (
            view,
            period, company_id, branch_id, assigned_to, status_type_id, has_payment, is_terminal,
            product_id, pension_type_id, is_exempt, is_done, is_confirmed, is_contacted,
            contact_branch_id, contact_by, done_branch_id, done_by, done_on, total
        )
        select
            view,
            period, company_id, branch_id, assigned_to, status_type_id, has_payment, is_terminal,
            product_id, pension_type_id, is_exempt, is_done, is_confirmed, is_contacted,
            contact_branch_id, contact_by, done_branch_id, done_by, done_on,
            sum(change)
        from in_views
        group by
            view,
            period, company_id, branch_id, assigned_to, status_type_id, has_payment, is_terminal,
            product_id, pension_type_id, is_exempt, is_done, is_confirmed, is_contacted,
            contact_branch_id, contact_by, done_branch_id, done_by, done_on
        having sum(change) <> 0
        on conflict (
            view, period, company_id, branch_id, assigned_to, is_exempt, is_done, is_confirmed,
            is_contacted, status_type_id, has_payment, is_terminal, product_id, pension_type_id,
            contact_branch_id, contact_by, done_branch_id, done_by, done_on
        )
        do update set total = kept.total + excluded.total
    )

    select count(*) from taken into folded;
    delete from row_counts where total = 0;
    if folded > 0 then
        update row_count_folds set folds = folds + 1;
    end if;
    perform set_config('clientupdater.system', before, true);
    return folded;
end
$function$
;

CREATE OR REPLACE FUNCTION public.keep_client_words()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
    before text := coalesce(current_setting('clientupdater.system', true), '');
    concerns_words boolean;
begin
    if tg_op = 'UPDATE' then
        execute $sql$
            select coalesce(bool_or(
                    was.sort_name <> arrived.sort_name
                    or (was.company_id, was.branch_id, was.assigned_to)
                       is distinct from (arrived.company_id, arrived.branch_id, arrived.assigned_to)
                ), false)
              from was
              join arrived on arrived.id = was.id
        $sql$ into concerns_words;
        if not concerns_words then
            return null;
        end if;
    end if;
    perform set_config('clientupdater.system', 'on', true);
    if tg_op = 'UPDATE' then
        execute $sql$
            delete from client_words w
             using was, arrived
             where was.id = arrived.id and w.client_id = was.id
               and was.sort_name <> arrived.sort_name
               and not exists (select from unnest(words_of(arrived.sort_name)) kept (word)
                                where kept.word = w.word)
        $sql$;
        execute $sql$
            update client_words w
               set company_id = arrived.company_id,
                   branch_id = arrived.branch_id,
                   assigned_to = arrived.assigned_to
              from was, arrived
             where was.id = arrived.id and w.client_id = was.id
               and (was.company_id, was.branch_id, was.assigned_to)
                   is distinct from (arrived.company_id, arrived.branch_id, arrived.assigned_to)
        $sql$;
        execute $sql$
            insert into client_words (client_id, word, company_id, branch_id, assigned_to)
            select arrived.id, names.word, arrived.company_id, arrived.branch_id, arrived.assigned_to
              from was
              join arrived on arrived.id = was.id and arrived.sort_name <> was.sort_name
             cross join unnest(words_of(arrived.sort_name)) names (word)
            on conflict do nothing
        $sql$;
    else
        insert into client_words (client_id, word, company_id, branch_id, assigned_to)
        select arrived.id, names.word, arrived.company_id, arrived.branch_id, arrived.assigned_to
          from arrived
         cross join unnest(words_of(arrived.sort_name)) names (word);
    end if;
    perform set_config('clientupdater.system', before, true);
    return null;
end
$function$
;

drop function caller_is_system();
