-- People, their sessions and their rights. Each block is one statement, or a piece of one. No
-- client's data is here, so no row-level security stands behind: who may see whom is decided
-- by the use cases (A6a) and said in the lists.

-- name: actor
u.is_active and u.deleted_at is null,
coalesce(
    (
        select jsonb_agg(jsonb_build_array(p.code, g.company_id, g.scope))
        from user_permissions g
        join permissions p on p.id = g.permission_id
        where g.user_id = u.id
    ),
    '[]'::jsonb
)

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

-- name: person
u.id, u.email, u.first_name, u.last_name, u.is_active, u.must_change_password, u.locked_until,
u.last_login_at, u.version,
{territory}

-- name: session
s.id, s.kind, s.created_at, coalesce(s.last_seen_at, s.created_at), s.expires_at, s.revoked_at,
s.ip_address, s.user_agent

-- name: session_by_token
select
    {session},
    {person},
    {actor}
from user_sessions s
join users u on u.id = s.user_id
where s.session_token = %(token)s

-- name: touch_session
update user_sessions
set last_seen_at = %(now)s
where id = (select id from user_sessions where id = %(id)s for update skip locked)
    and coalesce(last_seen_at, created_at) < %(now)s

-- name: actor_by_id
select
    {person},
    {actor}
from users u
where u.id = %(person)s
