-- Who signs in, and the sessions they hold. What they may do follows in 0005_rights.

create table users (
    id uuid primary key default gen_random_uuid(),
    clerk_id varchar(255) unique,
    email varchar(255) not null,
    first_name varchar(100),
    last_name varchar(100),
    image_url text,
    -- argon2id; none for those who come with a token of the identity provider (U1).
    password_hash text,
    -- U6: an initial or reset password dies if it is not used in time.
    password_expires_at timestamptz,
    is_active boolean not null default true,
    must_change_password boolean not null default false,
    password_changed_at timestamptz,
    last_login_at timestamptz,
    login_count integer not null default 0 check (login_count >= 0),
    failed_login_count integer not null default 0 check (failed_login_count >= 0),
    locked_until timestamptz,
    version integer not null default 1,
    deleted_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create unique index users_email_key on users (lower(email));

create table user_sessions (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users,
    -- Only ever the hash of the token (U2).
    session_token varchar(255) not null unique,
    kind text not null default 'person' check (kind in ('person', 'service')),
    ip_address varchar(45),
    user_agent text,
    created_at timestamptz not null default now(),
    last_seen_at timestamptz,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    revoked_reason text,
    check (expires_at > created_at),
    -- U5: a service's token lives a year at most (in hours, as days depend on the time zone).
    check (expires_at <= created_at + interval '8784 hours')
);

create index user_sessions_user_id_idx on user_sessions (user_id);
create index user_sessions_expires_at_idx on user_sessions (expires_at);

create trigger touch before update on users
for each row execute function touch_updated_at();

-- People are marked as deleted, never deleted: what they did names them.
grant select, insert, update on users to clientupdater_app;
grant select, insert, update, delete on user_sessions to clientupdater_app;
