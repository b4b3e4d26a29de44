-- Who stands in for absent officers. The method of the same name in stand_ins.py runs each block.

-- name: columns
s.id, s.officer_id, s.stand_in_id, s.starts_at, s.ends_at

-- name: add
insert into stand_ins (id, officer_id, stand_in_id, starts_at, ends_at, created_by, created_at)
values (
    %(id)s, %(officer)s, %(stand_in)s, %(starts_at)s, %(ends_at)s, %(by)s, %(now)s
)

-- name: find
select {columns}
from stand_ins s
where s.id = %(id)s
    and s.ended_at is null

-- name: end
update stand_ins
set ended_by = %(by)s, ended_at = %(now)s
where id = %(id)s
    and ended_at is null

-- name: overlapping
select exists (
    select
    from stand_ins
    where stand_in_id = %(stand_in)s
        and officer_id = %(officer)s
        and starts_at < %(ends_at)s
        and ends_at > %(starts_at)s
        and ended_at is null
)

-- name: branches_of
-- The live territory of a person u.
select ub.branch_id
from user_branches ub
join branches b on b.id = ub.branch_id and b.deleted_at is null
where ub.user_id = u.id
union
select ab.branch_id
from user_areas ua
join areas a on a.id = ua.area_id and a.deleted_at is null
join area_branches ab on ab.area_id = a.id
join branches b on b.id = ab.branch_id and b.deleted_at is null
where ua.user_id = u.id

-- name: within
select {columns}
from stand_ins s
cross join lateral (
    select
        array(
            select shared.branch_id
            from (
                select o.branch_id
                from users u
                cross join lateral ({branches_of}) o
                where u.id = s.officer_id
                intersect
                select o.branch_id
                from users u
                cross join lateral ({branches_of}) o
                where u.id = s.stand_in_id
            ) shared
        ) as branches
) shared
where s.ended_at is null
    and s.ends_at > %(now)s
    and (s.ends_at, s.id) > (%(after_end)s::timestamptz, %(after_id)s::uuid)
    and (
        %(everywhere)s
        or %(actor)s in (s.officer_id, s.stand_in_id)
        or (shared.branches <> '{}' and shared.branches <@ %(branches)s::uuid[])
    )
order by s.ends_at, s.id
limit %(at_most)s

-- name: places_of
select c.company_id, c.branch_id, count(*)
from clients c
where c.assigned_to = %(officer)s
    and c.deleted_at is null
group by c.company_id, c.branch_id
