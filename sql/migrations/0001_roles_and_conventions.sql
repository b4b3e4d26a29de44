-- What every table relies on: the application's role, the closed lists of words, and the few
-- trigger functions behind "updated_at moves", "append-only" and "is_system".

-- The application's role owns nothing. It belongs to the whole server, so normally sql/roles.sql
-- has made it; here it is made only where it is missing and we may.
do $$
begin
    if not exists (select from pg_catalog.pg_roles where rolname = 'clientupdater_app') then
        create role clientupdater_app nologin;
    end if;
exception
    when duplicate_object or unique_violation then
        null; -- another database of this server migrates at this moment
    when insufficient_privilege then
        raise exception using
            errcode = 'insufficient_privilege',
            message = format(
                'the role clientupdater_app is missing and %s may not create it; '
                'run sql/roles.sql as a superuser, then migrate again', current_user);
end
$$;

grant select on schema_migrations to clientupdater_app;

create type tracking_cycle as enum ('monthly', 'quarterly');
create type period_type as enum ('monthly', 'quarterly');
create type permission_scope as enum ('self', 'branch', 'area', 'all');
create type sync_source as enum ('snowflake', 'nextbank', 'csv');
create type sync_job_type as enum ('snowflake', 'nextbank', 'csv');
create type job_status as enum (
    'pending', 'processing', 'held', 'completed', 'failed', 'dead', 'cancelled'
);
create type export_format as enum ('csv', 'xlsx');
create type value_type as enum ('string', 'number', 'boolean', 'json');

create function touch_updated_at() returns trigger
language plpgsql as $$
begin
    -- A writer may give the moment by its own clock; one that does not still moves it, by the wall
    -- clock, so that it moves also when one transaction writes a row twice.
    if new.updated_at <= old.updated_at then
        new.updated_at := greatest(clock_timestamp(), old.updated_at + interval '1 microsecond');
    end if;
    return new;
end
$$;

-- L2, S13: what happened stays. Hung before update, delete and truncate, once per statement, so
-- that it answers even where no row would be touched, and the owner as well.
create function refuse_change() returns trigger
language plpgsql as $$
begin
    raise exception using
        errcode = 'restrict_violation',
        message = format('%s is append-only: %s is refused', tg_table_name, lower(tg_op));
end
$$;

-- A row of the system may be renamed, re-ordered or deactivated; the code that programs know it
-- by stays, and so does the row.
create function protect_system_row() returns trigger
language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        raise exception using
            errcode = 'restrict_violation',
            message = format('%s %s belongs to the system: deactivate it', tg_table_name, old.code);
    end if;
    raise exception using
        errcode = 'restrict_violation',
        message = format('%s %s belongs to the system: its code stays', tg_table_name, old.code);
end
$$;

-- Remarks as S5 wants them kept: trimmed, 4,000 characters at most.
create function is_kept_text(value text) returns boolean
language sql immutable parallel safe
return value = btrim(value, E' \t\n\r\f\x0b') and length(value) <= 4000;
