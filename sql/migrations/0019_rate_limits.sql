-- How often somebody came, for what must not be forgotten when Redis is lost: signing in, and taking
-- data out (U3). One row for each that is counted, of two windows; rewritten by every hit that was
-- admitted, and removed when neither window reaches into the present any more.
-- Moments are microseconds since 1970, so that the arithmetic is whole numbers here as elsewhere.

create table rate_limit_counts (
    -- A keyed hash: of which address, email or person cannot be read or tried out.
    key bytea primary key check (octet_length(key) = 32),
    counted_at bigint not null,
    running integer not null,
    before integer not null,
    forget_after bigint not null
);

create index rate_limit_counts_forget_after_idx on rate_limit_counts (forget_after);

-- It leads to no client and names nobody: no row-level security.
grant select, insert, update, delete on rate_limit_counts to clientupdater_app;
