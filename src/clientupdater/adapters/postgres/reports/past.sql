-- R5: the tables as they stood at a past moment, under their own names. A statement that has these in
-- front reads the past as it reads the present (ADR 38).

-- name: past
status_events as not materialized (
    select e.*
    from public.status_events e
    where e.created_at <= %(past_moment)s::timestamptz
),

first_change as not materialized (
    select distinct on (h.client_id, h.field_changed) h.client_id, h.field_changed, h.old_value
    from (
        select n.client_id, n.field_changed, n.old_value, n.changed_at
        from public.client_sync_history n
        where
            n.changed_at > %(past_moment)s::timestamptz
            and n.field_changed::text = any('{company,branch,product,pension_type}'::text[])
        union all
        select p.client_id, p.field_changed, p.old_value, p.changed_at
        from public.client_changes p
        where p.changed_at > %(past_moment)s::timestamptz and p.field_changed = 'branch'
    ) h
    order by h.client_id, h.field_changed, h.changed_at
),

-- The clients whose place or officer has changed since: joined once to all.
earlier as materialized (
    select
        client_id, co.id as company_id, b.id as branch_id,
        x.other_product, p.id as product_id, x.other_pension_type, y.id as pension_type_id,
        o.is_other as other_officer, o.officer_id
    from (
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
    ) x
    full join (
        select
            a.client_id, true as is_other,
            (
                array_agg(a.officer_id order by a.assigned_from desc)
                filter (where a.assigned_from <= %(past_moment)s::timestamptz)
            )[1] as officer_id
        from public.client_assignments a
        where
            (
                a.assigned_from > %(past_moment)s::timestamptz
                or a.assigned_until > %(past_moment)s::timestamptz
            )
            and (a.assigned_until is null or a.assigned_until > a.assigned_from)
        group by a.client_id
    ) o using (client_id)
    left join companies co on co.code = x.company
    left join branches b on b.code = x.branch
    left join products p on p.code = x.product
    left join pension_types y on y.code = x.pension_type
),

{rows},

clients as not materialized (
    select c.*
    from (
        select
            c.id, c.client_code, null::timestamptz as deleted_at,
            coalesce(x.company_id, c.company_id) as company_id,
            coalesce(x.branch_id, c.branch_id) as branch_id,
            case when x.other_officer then x.officer_id else c.assigned_to end as assigned_to,
            case when x.other_product then x.product_id else c.product_id end as product_id,
            case when x.other_pension_type then x.pension_type_id else c.pension_type_id end as pension_type_id,
            case when p.client_id is null then c.par_status_id else ps.id end as par_status_id,
            case when a.client_id is null then c.past_due_amount else a.amount end as past_due_amount,
            case when a.client_id is null then c.owed else a.owed end as owed
        from {all_clients} c
        -- One row for each client, which PostgreSQL knows by this alone: it hashes these few, not all clients.
        left join (select distinct on (e.client_id) e.* from earlier e order by e.client_id) x on x.client_id = c.id
        left join ({amounts}) a on a.client_id = c.id
        left join ({brackets}) p on p.client_id = c.id
        left join par_statuses ps on ps.code = p.par_status
        where c.deleted_at is null or c.deleted_at > %(past_moment)s::timestamptz
    ) c
    where {within}
)

-- name: within
-- The policy of the transaction's scope, over where a client c was (A4).
(
    c.company_id = any(%(past_all_companies)s::uuid[])
    or (
        c.company_id = any(%(past_branch_companies)s::uuid[])
        and c.branch_id in (select unnest(%(past_direct_branches)s::uuid[]))
    )
    or (
        c.company_id = any(%(past_area_companies)s::uuid[])
        and c.branch_id in (select unnest(%(past_area_branches)s::uuid[]))
    )
    or (
        c.company_id = any(%(past_self_companies)s::uuid[])
        and (
            c.assigned_to = %(past_actor)s::uuid
            or (
                c.assigned_to = any(%(past_stand_ins)s::uuid[])
                and c.branch_id = any(%(past_stand_in_branches)s::uuid[])
            )
        )
    )
)

-- name: amounts
-- Syncs change amounts of many clients: PostgreSQL leaves this out where nothing asks for it, reads them as
-- they lie, not by client (offset 0), and computes each once, however many conditions ask for it (distinct on).
-- The change that the amount of the moment ended with is the only one whose old value had stood by then, but
-- for changes that an older version wrote, which do not say since when.
select distinct on (h.client_id)
    h.client_id, h.old_value::numeric as amount,
    (coalesce(h.old_value::numeric, 0) * 100)::bigint as owed
from (
    select distinct on (n.client_id) n.client_id, n.old_value
    from (
        select n.client_id, n.old_value, n.changed_at
        from public.client_sync_history n
        where
            n.changed_at > %(past_moment)s::timestamptz
            and n.field_changed = 'past_due_amount'
            and (n.old_value_since <= %(past_moment)s::timestamptz) is not false
            and {whose}
        offset 0
    ) n
    order by n.client_id, n.changed_at
) h
order by h.client_id

-- name: brackets
select distinct on (n.client_id) n.client_id, n.old_value as par_status
from public.client_sync_history n
where
    n.changed_at > %(past_moment)s::timestamptz
    and n.field_changed = 'par_status'
    and {whose}
order by n.client_id, n.changed_at

-- name: rows_of_periods
-- A row that has not changed since stands as it did. The others are folded from their events, as
-- domain/events.py folds them.
known as not materialized (
    select
        s.id, s.client_id, s.period, s.created_at as opened_at, e.event_sequence, e.kind, e.status_type_id, e.reason_id,
        e.is_terminal, e.has_payment, e.branch_id, e.next_follow_up_on, e.promised_on,
        e.exempt_cause, e.created_by, e.created_at,
        v.voids is null as is_live,
        e.kind = 'recorded' and v.voids is null as is_update,
        e.status_type_id = (select t.id from status_types t where t.code = 'DONE') as is_done,
        e.reason_id is distinct from (
            select r.id from status_reasons r where r.code = 'NOT_REACHABLE'
        ) as is_contact
    from (
        select s.id, s.client_id, s.period, s.created_at
        from {all_rows} s
        where
            s.period = any(%(past_periods)s::text[])
            and s.created_at <= %(past_moment)s::timestamptz
            and s.updated_at > %(past_moment)s::timestamptz
        offset 0
    ) s
    -- Each by its key (offset 0): these rows are few among all that have events.
    cross join lateral (
        select e.* from status_events e where e.client_period_status_id = s.id offset 0
    ) e
    left join lateral (
        select v.voids
        from status_events v
        where v.client_period_status_id = s.id and v.voids = e.event_sequence
        offset 0
    ) v on true
),

folded as not materialized (
    select
        k.id, k.client_id, k.period, k.opened_at as created_at,
        (
            array_agg(k.branch_id order by k.event_sequence desc)
            filter (where k.kind in ('opened', 'moved'))
        )[1] as branch_id,
        (array_agg(k.status_type_id order by k.event_sequence desc))[1] as status_type_id,
        (array_agg(k.is_done order by k.event_sequence desc))[1] as is_done,
        (
            array_agg(k.exempt_cause order by k.event_sequence desc)
            filter (where k.kind in ('exempted', 'restored', 'revived'))
        )[1] as exempt_cause,
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
        count(*) filter (where k.is_update)::integer as update_count,
        (
            array_agg(k.promised_on order by k.event_sequence desc)
            filter (where k.is_update and k.promised_on is not null)
        )[1] as promised_on,
        (
            array_agg(k.branch_id order by k.event_sequence)
            filter (where k.is_update and k.is_contact)
        )[1] as contact_branch_id,
        (
            array_agg(k.created_by order by k.event_sequence)
            filter (where k.is_update and k.is_contact)
        )[1] as contact_by,
        -- Of a row that is done, the last DONE was neither voided nor reopened.
        (
            array_agg(k.created_by order by k.event_sequence desc)
            filter (where k.is_update and k.is_done)
        )[1] as done_by,
        (
            array_agg(k.created_at order by k.event_sequence desc)
            filter (where k.is_update and k.is_done)
        )[1] as done_at,
        (
            array_agg(k.reason_id order by k.event_sequence desc)
            filter (where k.is_update and k.is_done)
        )[1] as done_reason_id,
        (
            array_agg(k.next_follow_up_on order by k.event_sequence desc)
            filter (where k.is_update and k.is_done)
        )[1] as done_follow_up_on,
        -- Of a row that is neither done nor PENDING, the last update that was none of DONE stands.
        (
            array_agg(k.reason_id order by k.event_sequence desc)
            filter (where k.is_update and not k.is_done)
        )[1] as open_reason_id,
        (
            array_agg(k.next_follow_up_on order by k.event_sequence desc)
            filter (where k.is_update and not k.is_done)
        )[1] as open_follow_up_on
    from known k
    group by k.id, k.client_id, k.period, k.opened_at
),

client_period_status as not materialized (
    select
        r.*,
        coalesce(r.next_follow_up_on, '0001-01-01'::date) as due_on,
        case when r.update_count > 0 then 1152921504606846976 else 0 end as work_rank,
        r.exempt_cause is null and r.status_type_id <> (
            select t.id from status_types t where t.code = 'DONE'
        ) as is_open
    from (
        select
            s.id, s.client_id, s.period, s.created_at, s.branch_id, s.status_type_id, s.reason_id,
            s.next_follow_up_on, s.promised_on, s.exempt_cause, s.has_payment, s.is_terminal,
            s.update_count, s.contact_branch_id, s.contact_by, s.done_by, s.done_on
        from {all_rows} s
        where
            s.period = any(%(past_periods)s::text[])
            and s.created_at <= %(past_moment)s::timestamptz
            and s.updated_at <= %(past_moment)s::timestamptz
        union all
        select
            f.id, f.client_id, f.period, f.created_at, f.branch_id, f.status_type_id,
            case
                when f.is_done then f.done_reason_id
                when not f.is_pending then f.open_reason_id
            end,
            case
                when f.is_done then f.done_follow_up_on
                when not f.is_pending then f.open_follow_up_on
            end,
            f.promised_on, f.exempt_cause, f.has_payment, f.is_terminal, f.update_count,
            f.contact_branch_id, f.contact_by, case when f.is_done then f.done_by end,
            case when f.is_done then (f.done_at at time zone %(past_zone)s)::date end
        from (
            select
                f.*,
                f.status_type_id = (
                    select t.id from status_types t where t.code = 'PENDING'
                ) as is_pending
            from folded f
        ) f
    ) r
)

-- name: rows_as_opened
-- Of these, statements about records ask for the client and the period alone, which never change.
client_period_status as not materialized (
    select s.id, s.client_id, s.period
    from public.client_period_status s
    where s.created_at <= %(past_moment)s::timestamptz
)

-- name: rows_changed_since
-- Of all rows, only those that stood otherwise at the moment, or whose client was elsewhere: of the others
-- the present counts say as much (ADR 43).
changed_rows as materialized (
    select
        s.id, s.client_id, s.period, s.created_at, s.updated_at, s.branch_id, s.status_type_id,
        s.reason_id, s.next_follow_up_on, s.promised_on, s.exempt_cause, s.has_payment,
        s.is_terminal, s.update_count, s.contact_branch_id, s.contact_by, s.done_by, s.done_on
    from public.client_period_status s
    left join (
        select e.client_id
        from earlier e
        where {matters}
        union
        select c.id
        from public.clients c
        where c.deleted_at > %(past_moment)s::timestamptz
    ) m on m.client_id = s.client_id
    where
        s.period = any(%(past_periods)s::text[])
        and (
            s.created_at > %(past_moment)s::timestamptz
            or s.updated_at > %(past_moment)s::timestamptz
            or m.client_id is not null
        )
),

-- As they are at present, for both sides of the difference.
clients_of_changed_rows as materialized (
    select
        c.id, c.client_code, c.deleted_at, c.company_id, c.branch_id, c.assigned_to, c.product_id,
        c.pension_type_id, c.par_status_id, c.past_due_amount, c.owed
    from public.clients c
    where c.id in (select r.client_id from changed_rows r)
),

{rows_of_periods}
