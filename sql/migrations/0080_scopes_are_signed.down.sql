create or replace function claim_answer(asker uuid, named varchar, at_moment timestamptz)
returns table (
    is_free boolean, request_hash bytea, rights bytea, status_code integer, headers jsonb,
    response bytea
)
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
begin
    perform set_config('clientupdater.actor', asker::text, true);
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

create or replace function scope_actor() returns uuid
language sql stable parallel safe
return nullif(current_setting('clientupdater.actor', true), '')::uuid;

create or replace function scope_ids(setting text) returns uuid[]
language sql stable parallel safe
return coalesce(nullif(current_setting(setting, true), ''), '{}')::uuid[];

drop function scopes_are_verified();
drop function verified_setting(text);
drop table scope_keys;
