-- People, their sessions and their rights. Each block is a statement, or a part of one. The use cases
-- decide who sees whom (A6a); row-level security lets only administration write (ADR 39).

-- name: actor
-- Rights and places come as text: text that was read before leads to what was made of it then.
u.is_active and u.deleted_at is null,
coalesce(
    (
        select jsonb_agg(jsonb_build_array(p.code, g.company_id, g.scope))
        from user_permissions g
        join permissions p on p.id = g.permission_id
        where g.user_id = u.id
    ),
    '[]'::jsonb
)::text,
{stands_in_for}

-- name: stands_in_for
array(
    select o.officer_id
    from stand_ins o
    where o.stand_in_id = u.id
        and o.starts_at <= %(now)s
        and o.ends_at > %(now)s
        and o.ended_at is null
)::text

-- name: territory
array(
    select b.id
    from user_branches ub
    join branches b on b.id = ub.branch_id and b.deleted_at is null
    where ub.user_id = u.id
),
array(
    select a.id
    from user_areas ua
    join areas a on a.id = ua.area_id and a.deleted_at is null
    where ua.user_id = u.id
),
array(
    select distinct b.id
    from user_areas ua
    join areas a on a.id = ua.area_id and a.deleted_at is null
    join area_branches ab on ab.area_id = a.id
    join branches b on b.id = ab.branch_id and b.deleted_at is null
    where ua.user_id = u.id
)

-- name: account
u.id, u.email, u.first_name, u.last_name, u.is_active, u.must_change_password, u.locked_until,
u.last_login_at, u.version, u.clerk_id

-- name: person
{account},
t.branches::text, t.areas::text, t.within::text

-- name: people
users u
cross join lateral (select {territory}) t (branches, areas, within)

-- name: session
s.id, s.kind, s.created_at, coalesce(s.last_seen_at, s.created_at), s.expires_at, s.revoked_at,
s.ip_address, s.user_agent, s.issued_by, s.issued_rights

-- name: generation
-- Of the configuration: reading it here saves caches a statement of their own.
(select generation from configuration_generation)

-- name: session_by_token
-- With each request, so it joins nothing that the configuration in memory knows by its id.
select
    {session},
    {account},
    u.is_active and u.deleted_at is null,
    array(
        select array[g.permission_id::text, g.company_id::text, g.scope::text]
        from user_permissions g
        where g.user_id = u.id
    )::text,
    array(select ub.branch_id from user_branches ub where ub.user_id = u.id)::text,
    array(select ua.area_id from user_areas ua where ua.user_id = u.id)::text,
    {stands_in_for},
    {generation}
from session_by_fingerprint(%(token)s) s
join users u on u.id = s.user_id

-- name: person_by_subject
select
    {person},
    {actor},
    {generation}
from {people}
where u.clerk_id = %(subject)s

-- name: touch_session
select touch_session(%(id)s, %(now)s)

-- name: open_session
insert into user_sessions (
    user_id, session_token, kind, ip_address, user_agent, created_at, last_seen_at, expires_at,
    issued_by, issued_rights
)
values (
    %(person)s, %(token)s, %(kind)s, %(ip_address)s, %(user_agent)s, %(created_at)s,
    %(last_seen_at)s, %(expires_at)s, %(issued_by)s, %(issued_rights)s
)
returning id

-- name: sessions_of_person
select {session}
from user_sessions s
where s.user_id = %(person)s
    and s.revoked_at is null
    and s.expires_at > %(now)s
order by s.created_at desc, s.id

-- name: revoke_sessions
update user_sessions
set revoked_at = %(now)s, revoked_reason = %(reason)s
where id = any(%(ids)s::uuid[])
    and revoked_at is null

-- name: credential
select
    u.id, u.email, stored_password(u.id), u.failed_login_count, u.locked_until,
    u.is_active and u.deleted_at is null,
    o.issued_at, o.used_at, o.issued_by,
    u.password_issued_by, u.password_issued_rights
from users u
left join one_time_passwords o on o.user_id = u.id and o.kind = 'initial'

-- name: credential_by_email
{credential}
where lower(u.email) = lower(%(email)s)
    and u.deleted_at is null

-- name: lock_person
-- A statement of its own, before the read: a row that is joined to a locked one is as it was before
-- the wait for the lock, and an initial password would work twice.
select
from users
where id = %(person)s
for update

-- name: credential_by_id
{credential}
where u.id = %(person)s

-- name: count_failure
update users
set failed_login_count = %(failures)s, locked_until = %(locked_until)s
where id = %(person)s

-- name: log_failure
-- There is no actor; the account is the resource.
insert into activity_logs (action, resource, resource_id, details, ip_address, user_agent)
values (
    'session.refuse', 'user', %(person)s,
    %(details)s,
    %(ip_address)s, %(user_agent)s
)

-- name: record_sign_in
update users
set failed_login_count = 0, locked_until = null, last_login_at = %(now)s,
    login_count = login_count + 1
where id = %(person)s

-- name: set_password
update users
set password_hash = %(password)s, password_changed_at = %(now)s,
    password_expires_at = %(expires_at)s::timestamptz,
    must_change_password = %(expires_at)s::timestamptz is not null,
    password_issued_by = %(issued_by)s, password_issued_rights = %(issued_rights)s
where id = %(person)s

-- name: renew_password
update users
set password_hash = %(after)s
where id = %(person)s
    and stored_password(id) = %(before)s

-- name: issue_one_time
insert into one_time_passwords (user_id, kind, token, issued_by, issued_at)
values (%(person)s, %(kind)s, %(token)s, %(issued_by)s, %(issued_at)s)
on conflict (user_id, kind) do update
set token = excluded.token, issued_by = excluded.issued_by, issued_at = excluded.issued_at,
    used_at = null

-- name: lock_owner_of_reset
select
from users
where id = (select user_id from one_time_passwords where kind = 'reset' and token = %(token)s)
for update

-- name: reset_by_token
select user_id, issued_at, used_at, issued_by
from one_time_passwords
where kind = 'reset'
    and token = %(token)s
for update

-- name: use_initial
update one_time_passwords
set used_at = %(now)s
where user_id = %(person)s
    and kind = 'initial'

-- name: void_one_time
delete from one_time_passwords
where user_id = %(person)s

-- name: person_by_id
select {person}
from {people}
where u.id = %(person)s
    and u.deleted_at is null

-- name: person_by_email
select {person}
from {people}
where lower(u.email) = lower(%(email)s)
    and u.deleted_at is null

-- name: taken
select lower(email)
from users
where lower(email) = any(%(emails)s::text[])

-- name: people_within
-- The same as PeopleScope.covers, as sets: only scope `everyone` covers a person without a territory.
select {person}
from {people}
where u.deleted_at is null
    and lower(u.email) > lower(%(after)s)
    and u.is_active = coalesce(%(active)s::boolean, u.is_active)
    and (
        %(everyone)s
        or (%(myself)s and u.id = %(actor)s)
        or (
            t.branches || t.within <> array[]::uuid[]
            and t.branches || t.within <@ %(branches)s::uuid[]
        )
    )
order by lower(u.email)
limit %(at_most)s

-- name: add_person
insert into users (id, email, first_name, last_name, is_active)
values (%(id)s, %(email)s, %(first_name)s, %(last_name)s, %(is_active)s)

-- name: save_person
update users
set email = %(email)s, first_name = %(first_name)s, last_name = %(last_name)s,
    clerk_id = %(clerk_id)s, is_active = %(is_active)s, locked_until = %(locked_until)s,
    failed_login_count = case
        when %(locked_until)s::timestamptz is null then 0 else failed_login_count
    end,
    deleted_at = %(deleted_at)s,
    version = version + 1
where id = %(id)s
    and version = %(version)s
    and deleted_at is null

-- name: version_of_person
select version
from users
where id = %(id)s

-- name: actor_by_id
select
    {person},
    {actor}
from {people}
where u.id = %(person)s

-- name: actors_by_id
select
    {person},
    {actor}
from {people}
where u.id = any(%(people)s::uuid[])

-- name: grants_of_person
select p.code, g.company_id, g.scope::text, g.granted_at
from user_permissions g
join permissions p on p.id = g.permission_id
left join companies c on c.id = g.company_id
where g.user_id = %(person)s
order by p.code, c.code nulls first

-- name: give_grant
insert into user_permissions (user_id, permission_id, company_id, scope, granted_by, granted_at)
select %(person)s, p.id, %(company)s, %(scope)s, %(by)s, %(now)s
from permissions p
where p.code = %(permission)s
on conflict (user_id, permission_id, company_id) do update
set scope = excluded.scope, granted_by = excluded.granted_by, granted_at = excluded.granted_at,
    by_role = false, direct_scope = null

-- name: take_grant
delete from user_permissions
where user_id = %(person)s
    and permission_id = (select id from permissions where code = %(permission)s)
    and company_id is not distinct from %(company)s

-- name: lock_rights
-- An advisory lock, not a row: recording a status reads the rows of people, and must not wait.
select pg_advisory_xact_lock({rights})

-- name: lock_rights_shared
select pg_advisory_xact_lock_shared({rights})

-- name: rights
hashtextextended('clientupdater.rights', 0)

-- name: count_administrators
select count(*)
from users u
where u.is_active
    and u.deleted_at is null
    and (u.locked_until is null or u.locked_until < %(for_good)s)
    and exists (
        select
        from user_permissions g
        join permissions p on p.id = g.permission_id
        where g.user_id = u.id
            and p.code = 'users:manage'
            and g.scope = 'all'
            and g.company_id is null
    )

-- name: give_branch
insert into user_branches (user_id, branch_id, granted_by, granted_at)
values (%(person)s, %(place)s, %(by)s, %(now)s)
on conflict do nothing

-- name: take_branch
delete from user_branches
where user_id = %(person)s
    and branch_id = %(place)s

-- name: give_area
insert into user_areas (user_id, area_id, granted_by, granted_at)
values (%(person)s, %(place)s, %(by)s, %(now)s)
on conflict do nothing

-- name: take_area
delete from user_areas
where user_id = %(person)s
    and area_id = %(place)s

-- name: clients_of
select c.branch_id, count(distinct c.id), count(s.id)
from clients c
join branches b on b.id = c.branch_id
left join client_period_status s on s.client_id = c.id and s.is_open
where c.assigned_to = %(officer)s
    and c.deleted_at is null
group by c.branch_id, b.code
order by b.code

-- name: end_all_assignments
update client_assignments
set assigned_until = greatest(%(now)s, assigned_from), ended_by = %(by)s,
    end_reason = 'deactivated'
where officer_id = %(officer)s
    and assigned_until is null

-- name: end_lost_assignments
update client_assignments a
set assigned_until = greatest(%(now)s, a.assigned_from), ended_by = %(by)s,
    end_reason = 'territory_lost'
from clients c, {people}
where a.officer_id = any(%(officers)s::uuid[])
    and a.assigned_until is null
    and u.id = a.officer_id
    and c.id = a.client_id
    and c.branch_id <> all(t.branches || t.within)
