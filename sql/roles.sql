-- The four roles that clientupdater works with. Run this once per server, as a superuser:
--
--     psql -d postgres -f sql/roles.sql
--
-- and again whenever you like: it brings what is there to what is written here, and is plain SQL
-- (no psql commands), so that a program can run it as well. Roles belong to the whole server, not
-- to a database. No password is in it: give the two logins theirs with ALTER ROLE … PASSWORD.
--
--   clientupdater_owner  owns the database and everything in it; runs migrations and seeds.
--   clientupdater_app    owns nothing, cannot log in, never bypasses row-level security. What it
--                        may do is granted, table by table, in the migrations.
--   clientupdater        the login of the serving processes. By its own default each of its
--                        sessions acts as clientupdater_app (a SET ROLE sent by the program would
--                        leak to others through a transaction-level pooler).
--   clientupdater_backup reads everything past row-level security and changes nothing. It cannot
--                        log in: the owner takes it on for `clientupdater db dump`, or for
--                        `pg_dump --role=clientupdater_backup`.
--
-- Then:  CREATE DATABASE clientupdater OWNER clientupdater_owner;

do $roles$
declare
    wanted text;
begin
    -- Two provisioners at once take turns, or one would fail with "tuple concurrently updated".
    perform pg_advisory_xact_lock(7240115309884532);

    foreach wanted in array array['clientupdater_owner', 'clientupdater_app', 'clientupdater'] loop
        if not exists (select from pg_catalog.pg_roles where rolname = wanted) then
            execute format('create role %I', wanted);
        end if;
        execute format(
            'alter role %I nosuperuser nobypassrls nocreatedb nocreaterole noreplication', wanted
        );
    end loop;

    if not exists (select from pg_catalog.pg_roles where rolname = 'clientupdater_backup') then
        create role clientupdater_backup;
    end if;
    alter role clientupdater_backup
        nologin nosuperuser bypassrls nocreatedb nocreaterole noreplication;
    if not pg_has_role('clientupdater_owner', 'clientupdater_backup', 'member') then
        grant clientupdater_backup to clientupdater_owner;
    end if;

    alter role clientupdater_owner login;
    alter role clientupdater_app nologin;
    alter role clientupdater login;

    if not pg_has_role('clientupdater', 'clientupdater_app', 'member') then
        grant clientupdater_app to clientupdater;
    end if;

    -- A role's settings hold for who logs in, not for who one becomes by SET ROLE: therefore here,
    -- at the login. Parallel workers would take the cores that other requests need, and compiling
    -- a query takes a hundred times what a page does.
    alter role clientupdater set role = 'clientupdater_app';
    alter role clientupdater set max_parallel_workers_per_gather = 0;
    alter role clientupdater set jit = off;
end
$roles$;
