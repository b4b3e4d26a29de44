-- Counts of period rows s of clients c. Each figure is a condition of its own.

-- name: counted
select {key}, {figures}
from client_period_status s
join clients c on c.id = s.client_id
where c.deleted_at is null and {where}
group by 1

-- name: of_officers
c.assigned_to = any(%(officers)s::uuid[])

-- name: in_all
null::text

-- name: by_par_status
c.par_status_id::text

-- name: by_officer
c.assigned_to::text

-- name: rows
count(*) filter (where {where})

-- name: past_due
coalesce(sum(c.past_due_amount) filter (where {where}), 0)

-- name: par_statuses
select id::text, code, name from par_statuses order by sort_order, code

-- name: officers_away
-- Officers with clients who are deactivated, or whom a stand-in covers at this moment.
select u.id, staff_name(u.first_name, u.last_name, u.email), u.is_active and u.deleted_at is null
from users u
where
    exists (select from clients c where c.assigned_to = u.id and c.deleted_at is null)
    and (
        not u.is_active
        or u.deleted_at is not null
        or exists (
            select from stand_ins i
            where
                i.officer_id = u.id
                and i.starts_at <= %(now)s
                and i.ends_at > %(now)s
                and i.ended_at is null
        )
    )
order by 2, 1
limit {limit}
