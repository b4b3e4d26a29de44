-- A4: the scope of a transaction is signed by the application (ADR 39), so that a statement that
-- an attacker injects cannot widen it. While scope_keys has no row, scopes are taken as they are: so old
-- and new processes serve side by side until `clientupdater db seed` stores the key.
--
--   clientupdater.actor    signature, actor|expires|process|key
--   clientupdater.<ids>    signature, {uuid,…}
--
-- A signature is the HMAC-SHA256, in hexadecimal, of the setting's name, of all after the signature in
-- clientupdater.actor, and of the ids. It holds for one process of the server, or for every one (0) where
-- a pooler hides which it is, and for transactions that begin before it expires.

-- The two pads of the key, as HMAC uses them. No role is granted anything: functions of the owner read it.
create table scope_keys (
    name text primary key,
    inner_pad bytea not null,
    outer_pad bytea not null,
    created_at timestamptz not null default now()
);

-- A setting without its signature; an error where the signature does not fit.
create function verified_setting(setting text) returns text
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    value text := current_setting(setting, true);
    -- Bytes, since to cut a long text by its characters takes as long as to hash it.
    ids bytea := substr(convert_to(value, 'UTF8'), 65);
    header text := substr(current_setting('clientupdater.actor', true), 65);
    known scope_keys;
begin
    select k.* into known from scope_keys k where k.name = split_part(header, '|', 4);
    if known.name is null then
        if not exists (select from scope_keys) then
            return case
                when left(value, 64) ~ '^[0-9a-f]{64}$' then convert_from(ids, 'UTF8') else value
            end;
        end if;
    elsif left(value, 64) = encode(sha256(known.outer_pad || sha256(
            known.inner_pad || convert_to(setting || '|' || header, 'UTF8')
            || case when setting = 'clientupdater.actor' then ''::bytea else '|'::bytea || ids end
        )), 'hex')
        and split_part(header, '|', 3) in ('0', pg_backend_pid()::text)
        and extract(epoch from now()) < split_part(header, '|', 2)::bigint
    then
        return convert_from(ids, 'UTF8');
    end if;
    raise exception using
        errcode = 'insufficient_privilege',
        message = format('%s is not signed for this transaction', setting),
        hint = 'every process needs the BLIND_INDEX_KEY that clientupdater db seed was run with';
end
$$;

create function scopes_are_verified() returns boolean
language sql stable parallel safe security definer
set search_path = pg_catalog, public, pg_temp
as $$ select exists (select from scope_keys) $$;

create or replace function scope_ids(setting text) returns uuid[]
language sql stable parallel safe
as $$
    select case
        when coalesce(current_setting(setting, true), '') = '' then '{}'::uuid[]
        else verified_setting(setting)::uuid[]
    end
$$;

create or replace function scope_actor() returns uuid
language sql stable parallel safe
as $$
    select case
        when coalesce(current_setting('clientupdater.actor', true), '') = '' then null::uuid
        else split_part(verified_setting('clientupdater.actor'), '|', 1)::uuid
    end
$$;

-- The claim's actor is set, and signed, by the statement before.
create or replace function claim_answer(asker uuid, named varchar, at_moment timestamptz)
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
