-- Areas that are not deleted, and their branches. These tables hold no client's data and have no row-level
-- security: the use cases decide who sees them (A6a).

-- name: area_columns
a.id, a.code, a.name, a.company_id, a.version

-- name: area_by_id
select {area_columns}
from areas a
where a.deleted_at is null
    and a.id = %(area)s

-- name: area_by_code
select {area_columns}
from areas a
where a.deleted_at is null
    and a.code = %(area)s

-- name: areas_by_code
select {area_columns}
from areas a
where a.deleted_at is null
    and a.code = any(%(codes)s::text[])

-- name: areas
select {area_columns}
from areas a
where a.deleted_at is null
    and a.code > %(after)s
    and (%(all)s or a.company_id is null or a.company_id = any(%(companies)s::uuid[]))
order by a.code
limit %(at_most)s

-- name: add
insert into areas (id, code, name, company_id)
values (%(id)s, %(code)s, %(name)s, %(company)s)

-- name: save
update areas
set name = %(name)s, company_id = %(company)s, deleted_at = %(deleted_at)s, version = version + 1
where id = %(id)s
    and version = %(version)s
    and deleted_at is null

-- name: restore
update areas
set deleted_at = null, version = version + 1
where id = %(area)s
    and deleted_at is not null

-- name: version
select version
from areas
where id = %(id)s
    and deleted_at is null

-- name: branches
select b.code, b.name, m.is_primary
from area_branches m
join branches b on b.id = m.branch_id and b.deleted_at is null
where m.area_id = %(area)s
    and b.code > %(after)s
order by b.code
limit %(at_most)s

-- name: holders
select user_id
from user_areas
where area_id = %(area)s
order by user_id

-- name: membership
select is_primary
from area_branches
where area_id = %(area)s
    and branch_id = %(branch)s

-- name: clear_primary
-- Of the other areas: an index allows one primary area of a branch at any moment.
update area_branches
set is_primary = false
where branch_id = %(branch)s
    and area_id <> %(area)s
    and is_primary

-- name: place_branch
insert into area_branches (area_id, branch_id, is_primary)
values (%(area)s, %(branch)s, %(is_primary)s)
on conflict (area_id, branch_id) do update
set is_primary = excluded.is_primary

-- name: remove_branch
delete from area_branches
where area_id = %(area)s
    and branch_id = %(branch)s
