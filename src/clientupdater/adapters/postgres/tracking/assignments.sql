-- Who looks after whom (A3). What the client itself tells of its officer follows by trigger.

-- name: assign
-- One statement for however many: somebody who gives their own client away loses sight of it by that very act.
with ended as (
    update client_assignments
    set
        assigned_until = greatest(assigned_from, %(now)s),
        ended_by = %(by)s,
        end_reason = 'reassigned'
    where client_id = any(%(clients)s::uuid[]) and assigned_until is null
    returning 1
)

insert into client_assignments (client_id, officer_id, assigned_from, assigned_by)
select w.client_id, %(officer)s, %(now)s, %(by)s
from (select count(*) from ended) before
cross join unnest(%(clients)s::uuid[]) w (client_id)

-- name: end
update client_assignments
set
    assigned_until = greatest(assigned_from, %(now)s),
    ended_by = %(by)s,
    end_reason = %(why)s
where client_id = any(%(clients)s::uuid[]) and assigned_until is null
