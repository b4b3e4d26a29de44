-- squawk-ignore-file adding-field-with-default, adding-not-nullable-field
-- The key is a digest of the route and the word that the asker chose: the same word on another
-- route is another key. Rights: a digest of what the asker might do when they got the answer.
alter table idempotency_keys add column rights bytea not null default '';

-- Has a key to itself until the transaction ends, or says that another has it; then reads what is
-- kept under it. Each statement in here looks anew, so that what another transaction kept just
-- before it let go of the lock is seen; in a single statement it would not be.
create function claim_answer(asker uuid, named varchar, at_moment timestamptz)
returns table (
    is_free boolean, request_hash bytea, rights bytea, status_code integer, headers jsonb,
    response bytea
)
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
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

revoke execute on function claim_answer(uuid, varchar, timestamptz) from public;
grant execute on function claim_answer(uuid, varchar, timestamptz) to clientupdater_app;
