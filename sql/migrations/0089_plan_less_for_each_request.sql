-- What every request runs took longest where PostgreSQL sets up a plan, before it reads anything.
set local lock_timeout = '500ms';

-- Claiming a key and storing a response are a function each, which asks once whose key it is. Row-level security asked
-- in three places.

-- squawk-ignore ban-drop-function
drop function claim_answer(uuid, varchar, timestamptz);

create function claim_answer(
    asker uuid, named varchar, at_moment timestamptz,
    out generation bigint, out is_free boolean, out request_hash bytea, out rights bytea, out status_code integer,
    out headers jsonb, out response bytea
)
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    if asker is distinct from scope_actor() then
        raise exception using
            errcode = 'insufficient_privilege',
            message = 'a key is claimed and its response kept under one''s own name';
    end if;
    select g.generation into generation from configuration_generation g;
    is_free := pg_try_advisory_xact_lock(hashtextextended(asker::text || named, 2));
    if is_free then
        select k.request_hash, k.rights, k.status_code, k.headers, k.response
          into request_hash, rights, status_code, headers, response
          from idempotency_keys k
         where k.actor_id = asker and k.key = named and k.expires_at > at_moment;
    end if;
end
$$;

-- It replaces a response that has expired.
create function keep_answer(
    asker uuid, named varchar, request_hash bytea, rights bytea, status_code integer, headers jsonb, response bytea,
    at_moment timestamptz, until timestamptz
) returns void
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    if asker is distinct from scope_actor() then
        raise exception using
            errcode = 'insufficient_privilege',
            message = 'a key is claimed and its response kept under one''s own name';
    end if;
    insert into idempotency_keys as k (
        actor_id, key, request_hash, rights, status_code, headers, response, created_at, expires_at
    )
    values (
        asker, named, keep_answer.request_hash, keep_answer.rights, keep_answer.status_code, keep_answer.headers,
        keep_answer.response, at_moment, until
    )
    on conflict (actor_id, key) do update
    set
        request_hash = excluded.request_hash,
        rights = excluded.rights,
        status_code = excluded.status_code,
        headers = excluded.headers,
        response = excluded.response,
        created_at = excluded.created_at,
        expires_at = excluded.expires_at;
end
$$;

-- T1: whether a client's tracking has ended. It reads past row-level security, which would be set up for two more
-- readings of the rows in every statement that reads a client: who sees a client sees all its rows.
create function client_has_ended(client uuid) returns boolean
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    return exists (
        select from client_period_status t
         where t.client_id = client and t.is_terminal
           and not exists (
               select from client_period_status r
                where r.client_id = client and r.revived_at >= t.terminal_at
           )
    );
end
$$;

-- A7: who a caller is follows from ids and from the configuration in memory, which has the codes of permissions.
create trigger move_generation
after insert or update or delete or truncate on permissions
for each statement execute function move_configuration_generation();

revoke execute on function claim_answer(uuid, varchar, timestamptz) from public;
grant execute on function claim_answer(uuid, varchar, timestamptz) to clientupdater_app;
revoke execute on function keep_answer(
    uuid, varchar, bytea, bytea, integer, jsonb, bytea, timestamptz, timestamptz
) from public;
grant execute on function keep_answer(
    uuid, varchar, bytea, bytea, integer, jsonb, bytea, timestamptz, timestamptz
) to clientupdater_app;
revoke execute on function client_has_ended(uuid) from public;
grant execute on function client_has_ended(uuid) to clientupdater_app;
