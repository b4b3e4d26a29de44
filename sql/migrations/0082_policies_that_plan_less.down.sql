create or replace function session_by_fingerprint(of_token text)
returns table (
    id uuid, user_id uuid, kind text, created_at timestamptz, last_seen_at timestamptz,
    expires_at timestamptz, revoked_at timestamptz, ip_address varchar, user_agent text,
    issued_by uuid, issued_rights bytea
)
language sql stable security definer rows 1
set search_path = pg_catalog, public, pg_temp
as $$
    select
        s.id, s.user_id, s.kind, s.created_at, s.last_seen_at, s.expires_at, s.revoked_at,
        s.ip_address, s.user_agent, s.issued_by, s.issued_rights
      from user_sessions s
     where s.session_token = of_token
$$;

create function scope_has_own_clients() returns boolean
language sql stable parallel safe
as $$
    select exists (
        select from clients c
         where c.assigned_to = any(
            scope_actor() || scope_ids('clientupdater.stand_ins')
         )
    )
$$;

alter policy within_scope on client_period_status
using (
    (select scope_is_system())
    or company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
    or (
        company_id = any((select scope_ids('clientupdater.branch_companies'))::uuid[])
        and home_branch_id in (select unnest((select scope_ids('clientupdater.direct_branches'))))
    )
    or (
        company_id = any((select scope_ids('clientupdater.area_companies'))::uuid[])
        and home_branch_id in (select unnest((select scope_ids('clientupdater.area_branches'))))
    )
    or (
        (home_branch_id is null or (select scope_has_own_clients()))
        and exists (select from clients c where c.id = client_period_status.client_id offset 0)
    )
);

drop function client_is_in_scope(uuid);
drop function own_clients();
