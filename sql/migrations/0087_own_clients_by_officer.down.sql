create or replace function own_clients() returns uuid[]
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
