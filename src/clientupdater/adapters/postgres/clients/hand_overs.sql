-- Clients handed over from one officer to others. Row-level security limits every statement to the
-- clients that the caller sees.

-- name: clients_of
{clients}
where c.assigned_to = %(officer)s
    and c.deleted_at is null
    and (%(branch)s::uuid is null or c.branch_id = %(branch)s)
order by c.client_code
limit %(at_most)s

-- name: add
insert into hand_overs (officer_id, created_by, created_at)
values (%(officer)s, %(by)s, %(now)s)
returning id

-- name: add_clients
insert into hand_over_clients (hand_over_id, client_id, officer_id)
select %(hand_over)s, m.client_id, m.officer_id
from unnest(%(clients)s::uuid[], %(officers)s::uuid[]) m (client_id, officer_id)

-- name: officer
select officer_id
from hand_overs
where id = %(hand_over)s

-- name: clients_handed
-- As the hand-over left it: the assignment in force is the one that began with it.
select
    exists (
        select
        from client_assignments a
        where a.client_id = h.client_id
            and a.assigned_until is null
            and a.officer_id = h.officer_id
            and a.assigned_from = o.created_at
    ),
    {client_columns}
from hand_overs o
join hand_over_clients h on h.hand_over_id = o.id
join clients c on c.id = h.client_id and c.deleted_at is null
where o.id = %(hand_over)s
order by c.client_code

-- name: mark_undone
update hand_overs
set undone_by = %(by)s, undone_at = %(now)s
where id = %(hand_over)s
    and undone_at is null
