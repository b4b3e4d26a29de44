set local lock_timeout = '500ms';

drop trigger move_generation on permissions;
drop function client_has_ended(uuid);
drop function keep_answer(uuid, varchar, bytea, bytea, integer, jsonb, bytea, timestamptz, timestamptz);
drop function claim_answer(uuid, varchar, timestamptz);

create function claim_answer(asker uuid, named varchar, at_moment timestamptz)
returns table (
    is_free boolean, request_hash bytea, rights bytea, status_code integer, headers jsonb,
    response bytea
)
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
begin
    if not pg_try_advisory_xact_lock(hashtextextended(asker::text || named, 2)) then
        return query select false, null::bytea, null::bytea, null::integer, null::jsonb, null::bytea;
        return;
    end if;
    return query
    select true, k.request_hash, k.rights, k.status_code, k.headers, k.response
      from (select 1) one
      left join idempotency_keys k
        on k.actor_id = asker and k.key = named and k.expires_at > at_moment;
end
$$;

revoke execute on function claim_answer(uuid, varchar, timestamptz) from public;
grant execute on function claim_answer(uuid, varchar, timestamptz) to clientupdater_app;
