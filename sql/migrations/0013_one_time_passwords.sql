-- U6: an initial password and a reset count once, and for 72 hours. Who made one out is kept, as it
-- must never open more than they hold themselves (A6), also when it is used days later. What was
-- used up or superseded is deleted: that it happened is in the logs.

create table one_time_passwords (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users,
    kind text not null check (kind in ('initial', 'reset')),
    -- Only ever the hash of a reset's token; an initial password is hashed with its user.
    token varchar(255) unique,
    -- Null: the system, for the first administrator.
    issued_by uuid references users,
    issued_at timestamptz not null default now(),
    used_at timestamptz,
    check ((kind = 'reset') = (token is not null))
);

-- At most one of a kind for each person.
create unique index one_time_passwords_user_id_key on one_time_passwords (user_id, kind);
create index one_time_passwords_issued_by_idx on one_time_passwords (issued_by);

-- It names people and no client: no row-level security, as with users and their sessions.
grant select, insert, update, delete on one_time_passwords to clientupdater_app;
