-- Places by id or code, and the names of people.

-- name: branch
select id
from branches
where deleted_at is null
    and (id = %(id)s or code = %(code)s)

-- name: area
select id
from areas
where deleted_at is null
    and (id = %(id)s or code = %(code)s)

-- name: company
select id
from companies
where id = %(id)s
    or code = %(code)s

-- name: members
select b.id
from area_branches ab
join branches b on b.id = ab.branch_id and b.deleted_at is null
where ab.area_id = %(area)s

-- name: staff_names
select id, staff_name(first_name, last_name, email)
from users
where id = any(%(people)s::uuid[])
