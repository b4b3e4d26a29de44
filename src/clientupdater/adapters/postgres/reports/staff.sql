-- The records of people, by day, week or period (R6), and what deserves a look among them (R10).

-- name: entries
-- Records e of a row s and its client c, in order of time by the index of each person.
entries as materialized (
    select
        e.id, e.created_by, {bucket} as bucket, c.id as client_id, e.client_period_status_id,
        e.event_sequence, e.created_at, e.status_type_id, e.reason_id, e.is_terminal, e.has_payment,
        e.promised_on, e.remarks, s.period, v.voids is null as is_live
    from (
        select e.*, s.client_id, s.period
        from status_events e
        join client_period_status s on s.id = e.client_period_status_id
        where
            e.kind = 'recorded'
            and e.created_by in (select unnest({people}))
            and e.created_at >= %(from)s
            and e.created_at < %(before)s
        {records_first}
    ) e
    cross join lateral (select e.client_period_status_id as id, e.client_id, e.period) s
    join clients c on c.id = s.client_id
    left join status_events v
        on v.client_period_status_id = e.client_period_status_id and v.voids = e.event_sequence
    where c.deleted_at is null and {where}
)

-- name: then_clients
-- PostgreSQL takes the clients of a past moment for very few, and looked up all their rows and events.
offset 0

-- name: these_people
%(people)s::uuid[]

-- name: all_people
array(select u.id from users u)

-- name: day
(e.created_at at time zone %(zone)s)::date

-- name: week
date_trunc('week', e.created_at at time zone %(zone)s)::date

-- name: period
%(first_day)s::date

-- name: staff
with {entries},

of_clients as (
    select e.created_by, e.bucket, e.client_id, {figures}
    from entries e
    group by e.created_by, e.bucket, e.client_id
),

of_people as (
    select created_by, bucket, {sums}
    from of_clients
    group by created_by, bucket
),

gaps as (
    select
        e.created_by, e.bucket, e.created_at,
        e.created_at - lag(e.created_at) over (
            partition by e.created_by, e.bucket order by e.created_at
        ) as gap
    from entries e
),

times as (
    select
        created_by, bucket, min(created_at) as first_at, max(created_at) as last_at,
        percentile_cont(0.5) within group (order by extract(epoch from gap)) as median
    from gaps
    group by created_by, bucket
)

-- Each name by its key (offset 0): PostgreSQL expects few rows, and compared all with all users.
select
    t.created_by, u.name, t.bucket, t.first_at, t.last_at, round(t.median)::integer, {columns}
from of_people p
join times t on t.created_by = p.created_by and t.bucket = p.bucket
cross join lateral (
    select staff_name(u.first_name, u.last_name, u.email) as name
    from users u
    where u.id = t.created_by
    offset 0
) u
order by 2, 1, 3
limit %(limit)s

-- name: signals
with {entries},

live as materialized (select * from entries where is_live),

bursts as (
    select b.created_by, min(b.begun) as begun, max(b.created_at) as ended
    from (
        select
            e.created_by, e.bucket, e.created_at,
            lag(e.created_at, %(records)s::integer - 1) over (
                partition by e.created_by, e.bucket order by e.created_at
            ) as begun
        from live e
    ) b
    where b.created_at - b.begun <= make_interval(mins => %(minutes)s::integer)
    group by b.created_by, b.bucket
),

remarks as (
    select
        e.created_by, e.client_id,
        count(*) over (partition by e.created_by, e.remarks) as times
    from live e
    where e.remarks is not null
),

outcomes as (
    select
        e.created_by, e.reason_id, count(*) as records, count(distinct e.client_id) as clients,
        sum(count(*)) over (partition by e.created_by) as of_person,
        sum(count(*)) over (partition by e.reason_id) as of_reason,
        sum(count(*)) over () as of_all
    from live e
    where e.reason_id is not null and {completed}
    group by e.created_by, e.reason_id
),

last_days as (
    select
        e.created_by, p.period, p.begun, p.ended,
        count(*) filter (where e.created_at >= p.begun and e.created_at < p.ended) as records,
        count(distinct c.id) filter (where e.created_at >= p.begun and e.created_at < p.ended)
            as clients,
        count(*) as of_period
    from unnest(
        %(ended_periods)s::text[], %(last_begun)s::timestamptz[], %(last_ended)s::timestamptz[]
    ) p (period, begun, ended)
    join client_period_status s on s.period = p.period
    join clients c on c.id = s.client_id
    join status_events e on e.client_period_status_id = s.id
    where
        e.kind = 'recorded'
        and e.created_by is not null
        and c.deleted_at is null
        and {is_live}
        and {where}
    group by e.created_by, p.period, p.begun, p.ended
),

signals as (
    select
        'many_in_minutes' as kind, b.created_by, b.begun, b.ended + interval '1 microsecond' as ended,
        null::text as period, null::uuid as reason_id, count(*) as records,
        count(distinct e.client_id) as clients
    from bursts b
    join live e
        on e.created_by = b.created_by and e.created_at between b.begun and b.ended
    group by b.created_by, b.begun, b.ended
    union all
    select
        'outside_hours', e.created_by, e.bucket::timestamp at time zone %(zone)s,
        (e.bucket + 1)::timestamp at time zone %(zone)s, null, null, count(*),
        count(distinct e.client_id)
    from live e
    where {outside_hours}
    group by e.created_by, e.bucket
    union all
    select
        'same_remark', created_by, %(from)s, %(before)s, null, null, count(*),
        count(distinct client_id)
    from remarks
    where times >= %(same_remark)s::integer
    group by created_by
    union all
    select 'last_day', created_by, begun, ended, period, null, records, clients
    from last_days
    where records * 100 >= of_period * %(last_day_percent)s::integer
        and of_period >= %(fewest)s::integer
    union all
    select
        'unreachable', e.created_by, %(from)s, %(before)s, null, null, count(*),
        count(distinct e.client_id)
    from live e
    where {unreachable_without_follow_up}
    group by e.created_by
    having count(*) >= %(unreachable)s::integer
    union all
    select
        'unusual_outcome', created_by, %(from)s, %(before)s, null, reason_id, records, clients
    from outcomes
    where
        of_person >= %(fewest)s::integer
        and records >= %(outcome_records)s::integer
        and records * of_all > of_person * of_reason * %(outcome_factor)s::integer
)

select
    g.kind, g.created_by, staff_name(u.first_name, u.last_name, u.email), g.begun, g.ended,
    g.period, r.code, g.records::integer, g.clients::integer
from signals g
join users u on u.id = g.created_by
left join status_reasons r on r.id = g.reason_id
order by g.kind, 3, g.begun, g.period, r.code
limit %(limit)s

-- name: events
select
    e.created_at, e.id, c.id, c.client_code, r.period, e.event_sequence, t.code, y.code, e.remarks,
    e.occurred_at
from status_events e
join client_period_status r on r.id = e.client_period_status_id
join clients c on c.id = r.client_id
join status_types t on t.id = e.status_type_id
left join status_reasons y on y.id = e.reason_id
where
    e.kind = 'recorded'
    and e.created_by = %(recorded_by)s::uuid
    and c.deleted_at is null
    and {where}
    and (e.created_at, e.id) > (
        coalesce(%(after_at)s::timestamptz, '-infinity'),
        coalesce(%(after_id)s::uuid, '00000000-0000-0000-0000-000000000000')
    )
order by e.created_at, e.id
limit %(limit)s
