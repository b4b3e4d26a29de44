-- The changes of one client, by people and by sync runs: two walks of an index, merged.

-- name: history
select
    h.changed_at, h.id, h.field_changed, h.old_value, h.new_value, h.changed_by,
    staff_name(u.first_name, u.last_name, u.email), h.sync_job_id, j.type::text
from (
    (
        select
            r.changed_at, r.id, r.field_changed, r.old_value, r.new_value, null::uuid as changed_by,
            r.sync_job_id
        from client_sync_history r
        where r.client_id = %(client)s and (r.changed_at, r.id) < {place}
        order by r.changed_at desc, r.id desc
        limit %(limit)s
    )
    union all
    (
        select
            p.changed_at, p.id, p.field_changed, p.old_value, p.new_value, p.changed_by, null::uuid
        from client_changes p
        where p.client_id = %(client)s and (p.changed_at, p.id) < {place}
        order by p.changed_at desc, p.id desc
        limit %(limit)s
    )
) h
left join users u on u.id = h.changed_by
left join sync_jobs j on j.id = h.sync_job_id
order by h.changed_at desc, h.id desc
limit %(limit)s

-- name: place
(%(changed_at)s::timestamptz, %(id)s::uuid)
