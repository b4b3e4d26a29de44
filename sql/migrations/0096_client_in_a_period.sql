-- An update began with a statement that set up and judged the policies of a client and of its row, and verified the
-- scope for each. A function judges the client once: who sees a client sees all its rows.
set local lock_timeout = '500ms';

-- A client, by its id or its code, with its row of a period, if it has one; nothing beyond the scope (A4).
create function client_in_period(of_client uuid, of_code text, in_period text)
returns table (client clients, period_row client_period_status)
language plpgsql stable security definer rows 1
set search_path = pg_catalog, public, pg_temp
as $$
declare
    known uuid := coalesce(of_client, (select c.id from clients c where c.client_code = of_code));
begin
    return query
    select c, s
    from clients c
    -- By the key of client and period alone, compared as one place, as `rows` in rows.sql.
    left join client_period_status s
        on s.client_id = c.id
        and (s.client_id, s.period) >= (c.id, in_period)
        and (s.client_id, s.period) <= (c.id, in_period)
    where c.id = known and row_is_in_scope(c.id, c.company_id, c.branch_id);
end
$$;

revoke execute on function client_in_period(uuid, text, text) from public;
grant execute on function client_in_period(uuid, text, text) to clientupdater_app, clientupdater_system;
