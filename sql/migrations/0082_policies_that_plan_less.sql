-- squawk-ignore-file ban-drop-function
-- A4: each statement on client_period_status planned and set up the whole policy of clients within this one,
-- for the few rows that need it. PostgreSQL sets up every part of a plan, whether or not it runs.

-- The clients that are assigned to the person, or to an officer whom the person stands in for, as far as
-- the scope shows them.
create function own_clients() returns uuid[]
language plpgsql stable
set search_path = pg_catalog, public, pg_temp
as $$
begin
    return array(
        select c.id from clients c
         where c.assigned_to = any(scope_actor() || scope_ids('clientupdater.stand_ins'))
    );
end
$$;

create function client_is_in_scope(client uuid) returns boolean
language plpgsql stable
set search_path = pg_catalog, public, pg_temp
as $$
begin
    return exists (select from clients c where c.id = client);
end
$$;

-- A row without a branch of its own belongs to a client who is with another company now.
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
    or (home_branch_id is null and client_is_in_scope(client_id))
    or client_id in (select unnest((select own_clients())))
);

drop function scope_has_own_clients();

-- PostgreSQL keeps the plan of a function in PL/pgSQL, and plans one in SQL at each call.
create or replace function session_by_fingerprint(of_token text)
returns table (
    id uuid, user_id uuid, kind text, created_at timestamptz, last_seen_at timestamptz,
    expires_at timestamptz, revoked_at timestamptz, ip_address varchar, user_agent text,
    issued_by uuid, issued_rights bytea
)
language plpgsql stable security definer rows 1
set search_path = pg_catalog, public, pg_temp
as $$
begin
    return query
    select
        s.id, s.user_id, s.kind, s.created_at, s.last_seen_at, s.expires_at, s.revoked_at,
        s.ip_address, s.user_agent, s.issued_by, s.issued_rights
      from user_sessions s
     where s.session_token = of_token;
end
$$;
