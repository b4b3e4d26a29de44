-- The state of each source.

-- name: read
-- Previews, replays and single clients do not count.
with whole as (
    select j.id, j.type, j.status, j.created_at, j.completed_at, j.error
    from sync_jobs j
    where
        not j.is_preview
        and j.parameters ->> 'origin' is null
        and not coalesce((j.parameters ->> 'single')::boolean, false)
)
select
    s.source::text, l.id, l.status::text, l.created_at, l.completed_at, l.error,
    (select max(w.completed_at) from whole w where w.type = s.source and w.status = 'completed'),
    (
        select min(m.watermark)
        from sync_watermarks m
        join companies co on co.id = m.company_id and co.is_active
        where m.source = s.source::text::sync_source
    ),
    (
        select h.id from sync_jobs h
        where h.type = s.source and h.status = 'held'
        order by h.created_at desc, h.id desc limit 1
    ),
    (
        select r.id from sync_jobs r
        where r.type = s.source and {is_dead}
        order by r.created_at desc, r.id desc limit 1
    )
from unnest(enum_range(null::sync_job_type)) s (source)
left join lateral (
    select w.* from whole w where w.type = s.source order by w.created_at desc, w.id desc limit 1
) l on true
where s.source::text = any(enum_range(null::sync_source)::text[])
