-- Counts of period rows s of clients c. Figures share conditions: each is checked once for a row
-- (offset 0).

-- name: counted
select k.key::text, {figures}
from (
    select {key} as key, c.past_due_amount{columns}
    from client_period_status s
    join clients c on c.id = s.client_id
    where c.deleted_at is null and {where}
    offset 0
) k
group by k.key

-- name: in_all
null::uuid

-- name: by_par_status
c.par_status_id

-- name: by_officer
c.assigned_to

-- name: rows
count(*) filter (where {where})

-- name: past_due
coalesce(sum(k.past_due_amount) filter (where {where}), 0)

-- name: par_statuses
select id::text, code, name from par_statuses order by sort_order, code

-- name: officers_away
-- Those of these officers who are deactivated, or whom a stand-in covers at this moment.
select u.id, staff_name(u.first_name, u.last_name, u.email), a.is_active
from users u
cross join lateral (select {is_active} as is_active) a
where
    u.id = any(%(officers)s::uuid[])
    and (
        not a.is_active
        or exists (
            select from stand_ins i
            where
                i.officer_id = u.id
                and i.created_at <= %(now)s
                and i.starts_at <= %(now)s
                and i.ends_at > %(now)s
                and (i.ended_at is null or i.ended_at > %(now)s)
        )
    )
order by 2, 1
limit {limit}

-- name: active_now
u.is_active and u.deleted_at is null

-- name: active_then
-- The audit of rights has each change of an account (L1). An account that was never changed is as it
-- was made, or was deleted.
(u.deleted_at is null or u.deleted_at > %(now)s) and coalesce(
    (
        select (x.new_values ->> 'is_active')::boolean
        from authorization_audit x
        where x.subject_user_id = u.id and x.new_values ? 'is_active' and x.decided_at <= %(now)s
        order by x.decided_at desc
        limit 1
    ),
    (
        select (x.old_values ->> 'is_active')::boolean
        from authorization_audit x
        where x.subject_user_id = u.id and x.old_values ? 'is_active' and x.decided_at > %(now)s
        order by x.decided_at
        limit 1
    ),
    u.is_active or u.deleted_at is not null
)
