-- Pages of the logs and audits, the newest first. audits.py chooses which index a page walks, and fills
-- the holes with names of columns.

-- name: walk
-- One range of one index, from its end. The last column of the filter is compared as the beginning of a
-- place and leads the order, so that no other index gives this order, however few entries the planner
-- expects of a value (ADR 29). The moment from which on entries are asked for is no part of the place:
-- it would not end the walk.
select l.*
from {log} l
where {among} ({keys}) < ({end}) and {begin}
order by {order}
limit {window}

-- name: place
(%(at)s::timestamptz, %(id)s::uuid)

-- name: last_examined
-- The last entry of a walk that was examined to its end.
select l.{at}, l.id
from ({walk}) l
order by {order}
offset {window} - 1

-- name: of_activity
select
    l.created_at, l.id, l.user_id, staff_name(u.first_name, u.last_name, u.email), l.action, l.resource,
    l.resource_id, l.details, l.ip_address, l.user_agent
from ({walk}) l
left join users u on u.id = l.user_id
where {conditions}
order by {order}
limit %(limit)s

-- name: of_configuration
select
    l.changed_at, l.id, l.changed_by, staff_name(u.first_name, u.last_name, u.email), l.action,
    l.table_name, l.record_id, l.old_values, l.new_values, l.ip_address
from ({walk}) l
left join users u on u.id = l.changed_by
where {conditions}
order by {order}
limit %(limit)s

-- name: of_authorization
select
    l.decided_at, l.id, l.actor_id, staff_name(u.first_name, u.last_name, u.email), l.decision,
    l.permission, l.subject_user_id, staff_name(s.first_name, s.last_name, s.email), l.resource,
    l.resource_id, l.company_id, l.grants_found, l.missing, l.old_values, l.new_values, l.origin,
    l.request_id, l.ip_address
from ({walk}) l
left join users u on u.id = l.actor_id
left join users s on s.id = l.subject_user_id
where {conditions}
order by {order}
limit %(limit)s

-- name: accesses
-- Everything about one client, of six tables, each by its own index. Where a write came from is in the
-- activity log, for as long as it is kept.
select
    h.at, h.id, h.actor, staff_name(u.first_name, u.last_name, u.email), h.kind, h.subject,
    h.is_certain, h.details, h.request_id, h.ip_address
from (
    (
        select
            x.accessed_at as at, x.id, x.actor_id as actor,
            case x.action when 'blanked' then 'erased' else x.action end as kind,
            x.subject::text as subject, true as is_certain, x.details, x.request_id, x.ip_address
        from data_access_log x
        where x.client_id = %(client)s and (x.accessed_at, x.id) < {place}
        order by x.accessed_at desc, x.id desc
        limit %(limit)s
    )
    union all
    (
        select
            x.accessed_at, x.id, x.actor_id, x.action,
            concat_ws(' ', x.subject, '(' || x.row_count || ' rows)'), false, x.details, x.request_id,
            x.ip_address
        from data_access_log x
        where
            x.client_id is null
            and (x.company_id = %(company)s or x.company_id is null)
            and x.accessed_at >= (select c.created_at from clients c where c.id = %(client)s)
            and (x.accessed_at, x.id) < {place}
        order by x.accessed_at desc, x.id desc
        limit %(limit)s
    )
    union all
    (
        select
            x.changed_at, x.id, x.changed_by, 'changed', x.field_changed, true, a.details,
            a.details ->> 'request_id', a.ip_address
        from (
            select p.changed_at, p.id, p.changed_by, p.field_changed
            from client_changes p
            where p.client_id = %(client)s and (p.changed_at, p.id) < {place}
            order by p.changed_at desc, p.id desc
            limit %(limit)s
        ) x
        left join lateral (
            select a.details, a.ip_address
            from activity_logs a
            where
                a.resource = 'client' and a.resource_id = %(client)s::uuid::text
                and a.user_id = x.changed_by
                and a.created_at between x.changed_at - interval '1 minute'
                and x.changed_at + interval '1 minute'
            order by a.created_at
            limit 1
        ) a on true
    )
    union all
    (
        select
            x.created_at, x.id, x.created_by, 'recorded', x.kind || ' ' || x.period, true, a.details,
            a.details ->> 'request_id', a.ip_address
        from (
            select e.created_at, e.id, e.created_by, e.kind, s.period, e.event_sequence
            from client_period_status s
            join status_events e on e.client_period_status_id = s.id
            where
                s.client_id = %(client)s and e.created_by is not null
                and (e.created_at, e.id) < {place}
            order by e.created_at desc, e.id desc
            limit %(limit)s
        ) x
        left join lateral (
            select a.details, a.ip_address
            from activity_logs a
            where
                a.resource = 'client' and a.resource_id = %(client)s::uuid::text
                and a.details ->> 'period' = x.period
                and a.details ->> 'sequence' = x.event_sequence::text
            order by a.created_at
            limit 1
        ) a on true
    )
    union all
    (
        -- Without those that a change or an event above stands for.
        select
            a.created_at, a.id, a.user_id, 'changed', a.action, true, a.details,
            a.details ->> 'request_id', a.ip_address
        from activity_logs a
        where
            a.resource = 'client' and a.resource_id = %(client)s::uuid::text
            and a.details ->> 'sequence' is null and a.details ->> 'fields' is null
            and (a.created_at, a.id) < {place}
        order by a.created_at desc, a.id desc
        limit %(limit)s
    )
    union all
    (
        select
            r.decided_at, r.id, r.actor_id, 'refused', r.permission, true, r.origin, r.request_id,
            r.ip_address
        from authorization_audit r
        where
            r.resource = 'client' and r.resource_id = %(client)s::uuid::text
            and (r.decided_at, r.id) < {place}
        order by r.decided_at desc, r.id desc
        limit %(limit)s
    )
) h
left join users u on u.id = h.actor
order by h.at desc, h.id desc
limit %(limit)s
