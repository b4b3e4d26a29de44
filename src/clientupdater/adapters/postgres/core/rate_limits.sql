-- Counting hits. Each block is one statement, or a piece of one.

-- name: standing
-- The count of a key at the moment of this hit. While this hit waited for the row, another may have
-- been counted at a later moment: time does not go backward.
(
    select
        moment.now,
        case when moment.passed = 0 then kept.running else 0 end as running,
        case moment.passed when 0 then kept.before when 1 then kept.running else 0 end as before,
        %(span)s::bigint - moment.now %% %(span)s::bigint as rolls_in
    from (
        select
            greatest(kept.counted_at, excluded.counted_at) as now,
            greatest(kept.counted_at, excluded.counted_at) / %(span)s::bigint
            - kept.counted_at / %(span)s::bigint as passed
    ) moment
) standing

-- name: hit
with moment as materialized (
    select (extract(epoch from clock_timestamp()) * 1000000)::bigint as now
),
admitted as (
    insert into rate_limit_counts as kept (key, counted_at, running, before, forget_after)
    select %(key)s, now, 1, 0, now + 2 * %(span)s::bigint
    from moment
    on conflict (key) do update
    set (counted_at, running, before, forget_after) = (
        select now, running + 1, before, now + 2 * %(span)s::bigint
        from {standing}
    )
    where (
        select before * rolls_in / %(span)s::bigint + running < %(amount)s
        from {standing}
    )
    returning counted_at, running, before
)
select true, counted_at, counted_at / %(span)s::bigint, running, before
from admitted
union all
-- Refused. A hit counted since this statement began is not visible here, only its effect is.
select
    false,
    greatest(moment.now, kept.counted_at),
    coalesce(kept.counted_at, moment.now) / %(span)s::bigint,
    coalesce(kept.running, %(amount)s),
    coalesce(kept.before, 0)
from moment
left join rate_limit_counts kept on kept.key = %(key)s
where not exists (select from admitted)

-- name: look
select
    greatest(moment.now, kept.counted_at),
    coalesce(kept.counted_at, moment.now) / %(span)s::bigint,
    coalesce(kept.running, 0),
    coalesce(kept.before, 0)
from (select (extract(epoch from clock_timestamp()) * 1000000)::bigint as now) moment
left join rate_limit_counts kept on kept.key = %(key)s

-- name: sweep
delete from rate_limit_counts
where key in (
    select key
    from rate_limit_counts
    where forget_after < (extract(epoch from clock_timestamp()) * 1000000)::bigint
    order by forget_after
    limit 1000
    for update skip locked
)
