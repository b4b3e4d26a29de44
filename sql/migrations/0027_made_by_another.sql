-- squawk-ignore-file adding-foreign-key-constraint, require-concurrent-index-creation
-- squawk-ignore-file constraint-missing-not-valid, prefer-robust-stmts
-- A6: a token, and a session that was opened by a password which another made out, must not open
-- more than its maker could have given. The maker is kept, and the holder's rights at that time:
-- null judges it at each use, as with the tokens of services; else it is judged when they change.
alter table user_sessions
add column issued_by uuid references users,
add column issued_rights bytea;

-- The same of a password that was set by a reset, until its holder changes it.
alter table users
add column password_issued_by uuid references users,
add column password_issued_rights bytea;

create index user_sessions_issued_by_idx on user_sessions (issued_by) where issued_by is not null;
create index users_password_issued_by_idx on users (password_issued_by)
where password_issued_by is not null;

-- Who made out the tokens there are is in the audit.
update user_sessions s
set issued_by = a.actor_id
from authorization_audit a
where s.kind = 'service'
    and a.resource = 'service_token'
    and a.decision = 'granted'
    and a.resource_id = s.id::text;

-- A10: which clients an export may hold, by the rights of its asker when it was written. One that
-- was written before this cannot be compared, and is fetched no more.
alter table export_jobs add column sight jsonb;
