-- A whole backup reads past row-level security, which binds the owner as well: it is made by a role
-- that may read everything here, and change nothing. sql/roles.sql makes it; the owner takes it on
-- (`pg_dump --role`), and nobody logs in as it.
do $$
begin
    if not exists (
        select from pg_catalog.pg_roles where rolname = 'clientupdater_backup' and rolbypassrls
    ) then
        raise exception using
            errcode = 'insufficient_privilege',
            message = 'the role clientupdater_backup is missing or bound by row-level security; '
                'run sql/roles.sql as a superuser, then migrate again';
    end if;
end
$$;

grant select on all tables in schema public to clientupdater_backup;
grant select on all sequences in schema public to clientupdater_backup;
alter default privileges in schema public grant select on tables to clientupdater_backup;
alter default privileges in schema public grant select on sequences to clientupdater_backup;
