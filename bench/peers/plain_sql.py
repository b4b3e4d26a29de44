"""The statements of the plain peer."""

SESSION = """
select
    u.id, coalesce(u.first_name || ' ' || u.last_name, u.email),
    array(select branch_id from user_branches where user_id = u.id),
    array(
        select p.code from user_permissions g join permissions p on p.id = g.permission_id
        where g.user_id = u.id
    )
from user_sessions s
join users u on u.id = s.user_id
where s.session_token = %s
    and s.revoked_at is null
    and s.expires_at > now()
    and coalesce(s.last_seen_at, s.created_at) > now() - interval '12 hours'
    and u.is_active
    and u.deleted_at is null
"""
ME = """
select
    u.id, u.email, u.first_name, u.last_name, u.is_active, u.must_change_password, u.locked_until,
    u.last_login_at, u.version, s.id, s.expires_at,
    array(
        select b.code from user_branches ub join branches b on b.id = ub.branch_id
        where ub.user_id = u.id order by b.code collate "C"
    ),
    array(
        select a.code from user_areas ua join areas a on a.id = ua.area_id
        where ua.user_id = u.id order by a.code collate "C"
    ),
    coalesce(
        (
            select jsonb_agg(
                jsonb_build_object(
                    'permission', p.code, 'company', c.code, 'scope', g.scope,
                    'granted_at', g.granted_at
                ) order by p.code, c.code
            )
            from user_permissions g
            join permissions p on p.id = g.permission_id
            left join companies c on c.id = g.company_id
            where g.user_id = u.id
        ),
        '[]'
    )
from user_sessions s
join users u on u.id = s.user_id
where s.session_token = %s
    and s.revoked_at is null
    and s.expires_at > now()
    and coalesce(s.last_seen_at, s.created_at) > now() - interval '12 hours'
    and u.is_active
    and u.deleted_at is null
"""
SNAPSHOT = """
    c.id, c.client_code, s.period, s.period_type::text, t.code, r.code, s.remarks, s.has_payment,
    s.update_count, s.is_terminal, s.exempt_cause, s.next_follow_up_on, s.promised_on,
    s.promised_amount, o.id, o.first_name || ' ' || o.last_name, b.code, u.id,
    u.first_name || ' ' || u.last_name, s.updated_at, s.version
"""
JOINS = """
join clients c on c.id = s.client_id
join branches b on b.id = s.branch_id
join status_types t on t.id = s.status_type_id
left join status_reasons r on r.id = s.reason_id
left join users o on o.id = c.assigned_to
left join users u on u.id = s.updated_by
"""
PAGE = """
with keys as materialized (
    select w.*
    from unnest(%(branches)s::uuid[]) branch (id)
    cross join unnest(%(periods)s::text[]) running (period)
    cross join lateral (
        select s.due_on, s.work_rank, s.client_id, s.period
        from client_period_status s
        where s.is_open
            and (s.home_branch_id, s.period, s.due_on)
            >= (branch.id, running.period, %(first)s::date)
            and (s.home_branch_id, s.period, s.due_on)
            <= (branch.id, running.period, %(last)s::date)
            and {after}
        order by s.home_branch_id, s.period, s.due_on, s.work_rank, s.client_id
        limit 51
    ) w
    order by w.due_on, w.work_rank, w.client_id, w.period
    limit 51
)

select
    {snapshot}, c.full_name, c.contact_number, c.contact_number_alt, home.code, c.past_due_amount,
    ps.code, k.due_on, k.work_rank
from keys k
join client_period_status s on s.client_id = k.client_id and s.period = k.period
{joins}
join branches home on home.id = c.branch_id
left join par_statuses ps on ps.id = c.par_status_id
order by k.due_on, k.work_rank, k.client_id, k.period
"""
AFTER = """
(s.due_on, s.work_rank, s.client_id, s.period)
> (%(due_on)s::date, %(rank)s::bigint, %(client)s::uuid, %(period)s)
"""
FIRST_PAGE = PAGE.format(after="true", snapshot=SNAPSHOT, joins=JOINS)
NEXT_PAGE = PAGE.format(after=AFTER, snapshot=SNAPSHOT, joins=JOINS)
ROW = f"""
select s.id, s.version, s.is_open, t.id, {SNAPSHOT}
from client_period_status s
{JOINS.replace("join status_types t on t.id = s.status_type_id", "")}
left join status_types t on t.code = %(status)s
where c.client_code = %(code)s and s.period = %(period)s and s.home_branch_id = any(%(branches)s)
"""  # noqa: S608 — made of constants
WRITE = """
with moved as (
    update client_period_status
    set
        status_type_id = %(status_id)s, reason_id = null, remarks = %(remarks)s,
        next_follow_up_on = null, update_count = update_count + 1, updated_by = %(user)s,
        updated_at = %(now)s, version = version + 1
    where id = %(row)s and version = %(version)s
    returning id, company_id, branch_id, version, update_count
),

event as (
    insert into status_events (
        client_period_status_id, event_sequence, kind, status_type_id, remarks, occurred_at,
        created_at, company_id, branch_id, created_by
    )
    select
        id, version, 'recorded', %(status_id)s, %(remarks)s, %(now)s, %(now)s, company_id,
        branch_id, %(user)s
    from moved
)

select version, update_count from moved
"""
