-- Row-level security was set up and judged three times for each update: for the row before and after it, and for its
-- event. A function judges the row once, and writes all three.
set local lock_timeout = '500ms';

-- A4: whether this transaction sees a row, as the policies of client_period_status and clients have it. It is for
-- functions with the owner's rights, in which those policies show everything.
create function row_is_in_scope(client uuid, company uuid, home_branch uuid) returns boolean
language plpgsql stable
as $$
declare
    -- Which role the transaction acts as, also within a function of the owner. Only a member can set it.
    acting name := current_setting('role');
begin
    if pg_has_role(case acting when 'none' then session_user else acting end, 'clientupdater_system', 'usage') then
        return true;
    end if;
    if company = any(scope_ids('clientupdater.all_companies')) then
        return true;
    end if;
    if home_branch is null then
        -- Its client has moved to another company, and is judged by where it is now.
        return exists (
            select from clients c where c.id = client and row_is_in_scope(c.id, c.company_id, c.branch_id)
        );
    end if;
    if company = any(scope_companies('branch')) and home_branch = any(scope_ids('clientupdater.direct_branches')) then
        return true;
    end if;
    if company = any(scope_companies('area')) and home_branch = any(scope_ids('clientupdater.area_branches')) then
        return true;
    end if;
    if company = any(scope_companies('self')) then
        return exists (
            select from clients c
             where c.id = client
               and (
                   c.assigned_to = scope_actor()
                   or (
                       c.assigned_to = any(scope_ids('clientupdater.stand_ins'))
                       and home_branch = any(scope_ids('clientupdater.stand_in_branches'))
                   )
               )
        );
    end if;
    return false;
end
$$;

-- S9, S10: brings a row to where it stands after its event, adds the event and, if there is an action, its entry in
-- the log; gives how many rows it wrote. The event's sequence is the version that the row's own update gives, so that
-- no two events ever get the same one; where the row has moved on, or is not in scope, nothing is written at all.
create function append_event(
    client uuid, period text, seen integer,
    row_status uuid, row_reason uuid, row_remarks text, row_follow_up date, row_payment boolean, row_promised_on date,
    row_promised_amount numeric, row_updates integer, row_exempt text, row_terminal_at timestamptz,
    row_revived_at timestamptz, row_contact_branch uuid, row_contact_by uuid, row_done_by uuid, row_done_at timestamptz,
    row_done_on date, row_branch uuid, row_updated_by uuid, recorded_at timestamptz,
    kind text, status uuid, reason uuid, remarks text, has_payment boolean, is_terminal boolean, channel text,
    occurred_at timestamptz, branch uuid, follow_up date, promised_on date, promised_amount numeric, voids integer,
    exempt text, author uuid,
    actor uuid, action text, resource text, resource_id text, details jsonb, ip_address text, user_agent text
) returns integer
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    row_id uuid;
    row_company uuid;
    row_version integer;
begin
    update client_period_status s
    set
        status_type_id = row_status,
        reason_id = row_reason,
        remarks = row_remarks,
        next_follow_up_on = row_follow_up,
        has_payment = row_payment,
        promised_on = row_promised_on,
        promised_amount = row_promised_amount,
        update_count = row_updates,
        exempt_cause = row_exempt,
        is_terminal = row_terminal_at is not null,
        terminal_at = row_terminal_at,
        revived_at = row_revived_at,
        contact_branch_id = row_contact_branch,
        contact_by = row_contact_by,
        done_by = row_done_by,
        done_at = row_done_at,
        done_on = row_done_on,
        branch_id = row_branch,
        updated_by = row_updated_by,
        updated_at = recorded_at,
        version = s.version + 1
    where
        s.client_id = client
        and (s.client_id, s.period) >= (client, append_event.period)
        and (s.client_id, s.period) <= (client, append_event.period)
        and s.version = seen
        and row_is_in_scope(s.client_id, s.company_id, s.home_branch_id)
    returning s.id, s.company_id, s.version into row_id, row_company, row_version;
    if not found then
        return 0;
    end if;
    if action is not null then
        insert into activity_logs (user_id, action, resource, resource_id, details, ip_address, user_agent)
        values (
            actor, append_event.action, append_event.resource, append_event.resource_id, append_event.details,
            append_event.ip_address, append_event.user_agent
        );
    end if;
    insert into status_events (
        client_period_status_id, event_sequence, kind, status_type_id, reason_id, remarks, has_payment,
        is_terminal, channel, occurred_at, created_at, company_id, branch_id, next_follow_up_on,
        promised_on, promised_amount, voids, exempt_cause, created_by
    )
    values (
        row_id, row_version, append_event.kind, status, reason, append_event.remarks, append_event.has_payment,
        append_event.is_terminal, append_event.channel, append_event.occurred_at, recorded_at, row_company, branch,
        follow_up, append_event.promised_on, append_event.promised_amount, append_event.voids, exempt, author
    );
    return 1;
end
$$;

revoke execute on function row_is_in_scope(uuid, uuid, uuid) from public;
revoke execute on function append_event from public;
grant execute on function append_event to clientupdater_app, clientupdater_system;
