revoke execute on function fold_row_counts(integer) from clientupdater_system;
grant execute on function fold_row_counts(integer) to clientupdater_app;
grant insert on sealed_remarks, period_seal_rows, period_seal_branches, period_seals, purge_log
to clientupdater_app;
grant select, insert, update, delete on webhook_events to clientupdater_app;
grant delete on activity_logs to clientupdater_app;
revoke insert on sealed_remarks, period_seal_rows, period_seal_branches, period_seals, purge_log
from clientupdater_system;
revoke select, insert, update, delete on webhook_events from clientupdater_system;
revoke delete on activity_logs from clientupdater_system;

revoke insert, update on export_jobs from clientupdater_system;
revoke update (created_at) on export_jobs from clientupdater_app;
revoke insert (id, type, format, status, parameters, company_id, job_id, created_by, created_at)
on export_jobs from clientupdater_app;
grant insert, update on export_jobs to clientupdater_app;
drop policy own_exports on export_jobs;
alter table export_jobs no force row level security;
alter table export_jobs disable row level security;

drop function touch_session(uuid, timestamptz);
drop function session_by_fingerprint(text);
drop function stored_password(uuid);
revoke select (
    id, clerk_id, email, first_name, last_name, image_url, password_expires_at, is_active,
    must_change_password, password_changed_at, last_login_at, login_count, failed_login_count,
    locked_until, version, deleted_at, created_at, updated_at, password_issued_by,
    password_issued_rights
) on users from clientupdater_app;
grant select on users to clientupdater_app;

do $$
declare
    written text;
begin
    foreach written in array array['user_sessions', 'one_time_passwords'] loop
        execute format('drop policy by_administration on %I', written);
        execute format('alter table %I no force row level security', written);
        execute format('alter table %I disable row level security', written);
    end loop;
    foreach written in array array[
        'users', 'user_permissions', 'user_roles', 'role_grants', 'roles', 'user_branches',
        'user_areas', 'stand_ins', 'areas', 'area_branches', 'branches'
    ] loop
        execute format('drop policy removed_by_administration on %I', written);
        execute format('drop policy changed_by_administration on %I', written);
        execute format('drop policy by_administration on %I', written);
        execute format('drop policy readable on %I', written);
        execute format('alter table %I no force row level security', written);
        execute format('alter table %I disable row level security', written);
    end loop;
end
$$;

drop function scope_administers();
