-- A4: who sees only their own clients waited for a walk over every assigned client in each statement. Under row-level
-- security PostgreSQL looks up in an index only by what cannot leak, and the function that verifies a scope may.
create or replace function own_clients() returns uuid[]
language plpgsql stable
set search_path = pg_catalog, public, pg_temp
as $$
declare
    officers uuid[] := scope_actor() || scope_ids('clientupdater.stand_ins');
begin
    return array(select c.id from clients c where c.assigned_to = any(officers));
end
$$;
