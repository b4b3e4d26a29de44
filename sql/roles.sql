-- The six roles that clientupdater works with. Run this once per server, as a superuser:
--
--     psql -d postgres -f sql/roles.sql
--
-- and again whenever you like: it brings what is there to what is written here, and is plain SQL
-- (no psql commands), so that a program can run it as well. Roles belong to the whole server, not
-- to a database. No password is in it: give the three logins theirs with ALTER ROLE … PASSWORD.
--
--   clientupdater_owner  owns the database and everything in it; runs migrations and seeds.
--   clientupdater_app    owns nothing, cannot log in, never bypasses row-level security. What it
--                        may do is granted, table by table, in the migrations.
--   clientupdater        the login of the serving processes. By its own default each of its
--                        sessions acts as clientupdater_app (a SET ROLE sent by the program would
--                        leak to others through a transaction-level pooler).
--   clientupdater_system cannot log in. While a transaction acts as it, row-level security shows
--                        every client. The owner is a member, so that the functions of triggers
--                        reach every row; the serving login must not be.
--   clientupdater_worker the login of the workers and of the commands. It acts as clientupdater_app,
--                        and as clientupdater_system in the transactions that need it.
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

    foreach wanted in array array[
        'clientupdater_owner', 'clientupdater_app', 'clientupdater', 'clientupdater_system',
        'clientupdater_worker'
    ] loop
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
    alter role clientupdater_system nologin;
    alter role clientupdater login;
    alter role clientupdater_worker login;

    grant clientupdater_app to clientupdater, clientupdater_system, clientupdater_worker;
    grant clientupdater_system to clientupdater_owner, clientupdater_worker;

    -- A role's settings hold for who logs in, not for who one becomes by SET ROLE: therefore here,
    -- at the login. Parallel workers would take the cores that other requests need, and compiling
    -- a query takes a hundred times what a page does.
    foreach wanted in array array['clientupdater', 'clientupdater_worker'] loop
        execute format('alter role %I set role = %L', wanted, 'clientupdater_app');
        execute format('alter role %I set max_parallel_workers_per_gather = 0', wanted);
        execute format('alter role %I set jit = off', wanted);
    end loop;

    -- A process that stops within a transaction keeps rows locked. PostgreSQL ends its session: the
    -- serving processes send one statement after another, and workers read sources in between.
    alter role clientupdater set idle_in_transaction_session_timeout = '10s';
    alter role clientupdater_worker set idle_in_transaction_session_timeout = '10min';
end
$roles$;
