-- The three roles that clientupdater works with. Run this once per server, as a superuser:
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
--
-- Then:  CREATE DATABASE clientupdater OWNER clientupdater_owner;

do $roles$
declare
    wanted text;
begin
    foreach wanted in array array['clientupdater_owner', 'clientupdater_app', 'clientupdater'] loop
        begin
            if not exists (select from pg_catalog.pg_roles where rolname = wanted) then
                execute format('create role %I', wanted);
            end if;
        exception
            -- Somebody else provisions at this moment; the role is there, which is all we want.
            when duplicate_object or unique_violation then null;
        end;
    end loop;
end
$roles$;

alter role clientupdater_owner
login nosuperuser nobypassrls nocreatedb nocreaterole noreplication;
alter role clientupdater_app
nologin nosuperuser nobypassrls nocreatedb nocreaterole noreplication;
alter role clientupdater
login nosuperuser nobypassrls nocreatedb nocreaterole noreplication;

grant clientupdater_app to clientupdater;

-- A role's settings hold for who logs in, not for who one becomes by SET ROLE: therefore here, at
-- the login. Parallel workers would take the cores that other requests need.
alter role clientupdater set role = 'clientupdater_app';
alter role clientupdater set max_parallel_workers_per_gather = 0;
