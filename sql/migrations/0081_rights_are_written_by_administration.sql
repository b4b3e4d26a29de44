-- A6: who may do what, and who may sign in as whom, is written only by the transactions of administration
-- and of signing in, which say so by a signed setting (ADR 39). A statement injected anywhere else can
-- neither give itself rights nor open a session, and reads no credentials. As with scopes, that begins
-- when scope_keys has a key.
create function scope_administers() returns boolean
language sql stable parallel safe
as $$
    select case
        when coalesce(current_setting('clientupdater.administers', true), '') = ''
            then scope_is_system() or not scopes_are_verified()
        else verified_setting('clientupdater.administers') = 'on'
    end
$$;

do $$
declare
    written text;
begin
    foreach written in array array[
        'users', 'user_permissions', 'user_roles', 'role_grants', 'roles', 'user_branches',
        'user_areas', 'stand_ins', 'areas', 'area_branches', 'branches'
    ] loop
        execute format('alter table %I enable row level security', written);
        execute format('alter table %I force row level security', written);
        execute format('create policy readable on %I for select using (true)', written);
        execute format(
            'create policy by_administration on %I for insert with check ((select scope_administers()))',
            written
        );
        execute format(
            'create policy changed_by_administration on %I for update '
            'using ((select scope_administers())) with check ((select scope_administers()))',
            written
        );
        execute format(
            'create policy removed_by_administration on %I for delete '
            'using ((select scope_administers()))', written
        );
    end loop;
    foreach written in array array['user_sessions', 'one_time_passwords'] loop
        execute format('alter table %I enable row level security', written);
        execute format('alter table %I force row level security', written);
        execute format(
            'create policy by_administration on %I using ((select scope_administers()))', written
        );
    end loop;
end
$$;

-- A hash is for signing in alone: every column of a user but that one can be read.
revoke select on users from clientupdater_app;
grant select (
    id, clerk_id, email, first_name, last_name, image_url, password_expires_at, is_active,
    must_change_password, password_changed_at, last_login_at, login_count, failed_login_count,
    locked_until, version, deleted_at, created_at, updated_at, password_issued_by,
    password_issued_rights
) on users to clientupdater_app;

create function stored_password(of_person uuid) returns text
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select u.password_hash
      from users u
     where u.id = of_person
       and case
           when coalesce(current_setting('clientupdater.administers', true), '') = ''
               then caller_is_system() or not scopes_are_verified()
           else verified_setting('clientupdater.administers') = 'on'
       end
$$;

-- Every request reads its own session by the fingerprint of its token, and notes that it was seen.
create function session_by_fingerprint(of_token text)
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

create function touch_session(session uuid, at timestamptz) returns void
language sql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
    update user_sessions
       set last_seen_at = at
     where id = (select id from user_sessions where id = session for update skip locked)
       and coalesce(last_seen_at, created_at) < at
$$;

-- L1, A10: an export is for the person who asked for it, and for the worker that writes it.
alter table export_jobs enable row level security;
alter table export_jobs force row level security;
create policy own_exports on export_jobs
using ((select scope_is_system()) or created_by = (select scope_actor()));
-- Its file is named by the worker alone: else one's own export could name the file of another. To lock a
-- row needs the right to update a column.
revoke insert, update on export_jobs from clientupdater_app;
grant insert (id, type, format, status, parameters, company_id, job_id, created_by, created_at)
on export_jobs to clientupdater_app;
grant update (created_at) on export_jobs to clientupdater_app;
grant insert, update on export_jobs to clientupdater_system;

-- What only workers and commands write.
revoke execute on function fold_row_counts(integer) from clientupdater_app;
grant execute on function fold_row_counts(integer) to clientupdater_system;
revoke delete on activity_logs from clientupdater_app;
revoke select, insert, update, delete on webhook_events from clientupdater_app;
revoke insert on sealed_remarks, period_seal_rows, period_seal_branches, period_seals, purge_log
from clientupdater_app;
grant delete on activity_logs to clientupdater_system;
grant select, insert, update, delete on webhook_events to clientupdater_system;
grant insert on sealed_remarks, period_seal_rows, period_seal_branches, period_seals, purge_log
to clientupdater_system;

revoke execute on function stored_password(uuid) from public;
revoke execute on function session_by_fingerprint(text) from public;
revoke execute on function touch_session(uuid, timestamptz) from public;
grant execute on function stored_password(uuid) to clientupdater_app;
grant execute on function session_by_fingerprint(text) to clientupdater_app;
grant execute on function touch_session(uuid, timestamptz) to clientupdater_app;
