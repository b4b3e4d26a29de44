-- The schema that sql/migrations add up to: generated, never edited. To write it anew:
--
--     python -m clientupdater.adapters.postgres.admin.write_schema postgresql://…/an_empty_database
--
-- It can be loaded into an empty database (after sql/roles.sql). A test holds it to the migrations;
-- `clientupdater db check` holds a live database to it.

set check_function_bodies = off;

-- :: type export_format
create type export_format as enum ('csv', 'xlsx');

-- :: type job_status
create type job_status as enum ('pending', 'processing', 'held', 'completed', 'failed', 'dead', 'cancelled');

-- :: type period_type
create type period_type as enum ('monthly', 'quarterly');

-- :: type permission_scope
create type permission_scope as enum ('self', 'branch', 'area', 'all');

-- :: type sync_job_type
create type sync_job_type as enum ('snowflake', 'nextbank', 'csv');

-- :: type sync_source
create type sync_source as enum ('snowflake', 'nextbank', 'csv');

-- :: type tracking_cycle
create type tracking_cycle as enum ('monthly', 'quarterly');

-- :: type value_type
create type value_type as enum ('string', 'number', 'boolean', 'json');

-- :: function append_event(client uuid, period text, seen integer, row_status uuid, row_reason uuid, row_remarks text, row_follow_up date, row_payment boolean, row_promised_on date, row_promised_amount numeric, row_updates integer, row_exempt text, row_terminal_at timestamp with time zone, row_revived_at timestamp with time zone, row_contact_branch uuid, row_contact_by uuid, row_done_by uuid, row_done_at timestamp with time zone, row_done_on date, row_branch uuid, row_updated_by uuid, recorded_at timestamp with time zone, kind text, status uuid, reason uuid, remarks text, has_payment boolean, is_terminal boolean, channel text, occurred_at timestamp with time zone, branch uuid, follow_up date, promised_on date, promised_amount numeric, voids integer, exempt text, author uuid, actor uuid, action text, resource text, resource_id text, details jsonb, ip_address text, user_agent text)
CREATE OR REPLACE FUNCTION public.append_event(client uuid, period text, seen integer, row_status uuid, row_reason uuid, row_remarks text, row_follow_up date, row_payment boolean, row_promised_on date, row_promised_amount numeric, row_updates integer, row_exempt text, row_terminal_at timestamp with time zone, row_revived_at timestamp with time zone, row_contact_branch uuid, row_contact_by uuid, row_done_by uuid, row_done_at timestamp with time zone, row_done_on date, row_branch uuid, row_updated_by uuid, recorded_at timestamp with time zone, kind text, status uuid, reason uuid, remarks text, has_payment boolean, is_terminal boolean, channel text, occurred_at timestamp with time zone, branch uuid, follow_up date, promised_on date, promised_amount numeric, voids integer, exempt text, author uuid, actor uuid, action text, resource text, resource_id text, details jsonb, ip_address text, user_agent text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
$function$
;

-- :: function asks_for_work(status uuid, exempt text, client_is_there boolean)
CREATE OR REPLACE FUNCTION public.asks_for_work(status uuid, exempt text, client_is_there boolean)
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
    select client_is_there
       and exempt is null
       and not exists (select from status_types t where t.id = status and t.code = 'DONE')
$function$
;

-- :: function blank_remarks(event_id uuid, on_request text)
CREATE OR REPLACE FUNCTION public.blank_remarks(event_id uuid, on_request text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
    event status_events;
    of_client clients;
begin
    select e.* into event from status_events e where e.id = event_id for update;
    if event.remarks is null or event.remarks = '' then
        return false;
    end if;
    select c.* into strict of_client
      from client_period_status s join clients c on c.id = s.client_id
     where s.id = event.client_period_status_id;
    perform set_config('clientupdater.blanking', event_id::text, true);
    update status_events e set remarks = '' where e.id = event_id;
    update sealed_remarks m set salt = null where m.event_id = event.id;
    perform set_config('clientupdater.blanking', '', true);
    update client_period_status s
       set remarks = null
     where s.id = event.client_period_status_id and s.remarks = event.remarks;
    insert into data_access_log (actor_id, action, client_id, company_id, subject, details)
    values (
        nullif(current_setting('clientupdater.actor', true), '')::uuid, 'blanked', of_client.id,
        of_client.company_id, 'status_events.remarks',
        coalesce(nullif(current_setting('clientupdater.origin', true), ''), '{}')::jsonb
        || jsonb_build_object('event', event_id, 'on_request', on_request)
    );
    return true;
end
$function$
;

-- :: function caller_is_system()
CREATE OR REPLACE FUNCTION public.caller_is_system()
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN pg_has_role((COALESCE(NULLIF(current_setting('role'::text), 'none'::text), (SESSION_USER)::text))::name, 'clientupdater_system'::name, 'member'::text)
;

-- :: function carry_assignment()
CREATE OR REPLACE FUNCTION public.carry_assignment()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
    -- Planned anew each time, for the number of rows that there are.
    execute $sql$
        update clients c
           set assigned_to = a.officer_id
          from (select distinct arrived.client_id from arrived) touched
          left join client_assignments a
            on a.client_id = touched.client_id and a.assigned_until is null
         where c.id = touched.client_id and c.assigned_to is distinct from a.officer_id
    $sql$;
    return null;
end
$function$
;

-- :: function carry_to_rows()
CREATE OR REPLACE FUNCTION public.carry_to_rows()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
    concerns_rows boolean;
begin
    execute $sql$
        select coalesce(bool_or(
                was.sort_name <> arrived.sort_name
                or was.branch_id <> arrived.branch_id
                or was.company_id <> arrived.company_id
                or was.owed <> arrived.owed
                or (was.deleted_at is null) <> (arrived.deleted_at is null)
            ), false)
          from was
          join arrived on arrived.id = was.id
    $sql$ into concerns_rows;
    if not concerns_rows then
        return null;
    end if;
    -- Locked in the order in which every writer locks rows, so that no two wait for each other.
    execute $sql$
        select count(*)
           from (
            select s.id
              from was
              join arrived on arrived.id = was.id
              join client_period_status s on s.client_id = arrived.id
             where s.sort_name <> arrived.sort_name
                or s.home_branch_id is distinct from
                    case when s.company_id = arrived.company_id then arrived.branch_id end
                or (s.is_open and s.owed <> arrived.owed)
                or (
                    s.exempt_cause is null
                    and (was.deleted_at is null) <> (arrived.deleted_at is null)
                )
             order by s.client_id, s.period_year,
                 coalesce(s.period_month, s.period_quarter * 3 - 2), s.period_type
               for no key update of s
           ) locked
    $sql$;
    execute $sql$
        update client_period_status s
           set sort_name = arrived.sort_name,
               home_branch_id = case when s.company_id = arrived.company_id then arrived.branch_id end,
               owed = case
                   when
                       s.is_open
                       or (
                           s.exempt_cause is null
                           and (was.deleted_at is null) <> (arrived.deleted_at is null)
                       )
                       then arrived.owed
                   else s.owed
               end,
               is_open = case
                   when
                       s.exempt_cause is null
                       and (was.deleted_at is null) <> (arrived.deleted_at is null)
                       then asks_for_work(
                           s.status_type_id, s.exempt_cause, arrived.deleted_at is null
                       )
                   else s.is_open
               end
          from was
          join arrived on arrived.id = was.id
         where s.client_id = arrived.id
           and (
               s.sort_name <> arrived.sort_name
               or s.home_branch_id is distinct from
                   case when s.company_id = arrived.company_id then arrived.branch_id end
               or (s.is_open and s.owed <> arrived.owed)
               or (
                   s.exempt_cause is null
                   and (was.deleted_at is null) <> (arrived.deleted_at is null)
               )
           )
    $sql$;
    return null;
end
$function$
;

-- :: function claim_answer(asker uuid, named character varying, at_moment timestamp with time zone, OUT generation bigint, OUT is_free boolean, OUT request_hash bytea, OUT rights bytea, OUT status_code integer, OUT headers jsonb, OUT response bytea)
CREATE OR REPLACE FUNCTION public.claim_answer(asker uuid, named character varying, at_moment timestamp with time zone, OUT generation bigint, OUT is_free boolean, OUT request_hash bytea, OUT rights bytea, OUT status_code integer, OUT headers jsonb, OUT response bytea)
 RETURNS record
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
    if asker is distinct from scope_actor() then
        raise exception using
            errcode = 'insufficient_privilege',
            message = 'a key is claimed and its response kept under one''s own name';
    end if;
    select g.generation into generation from configuration_generation g;
    is_free := pg_try_advisory_xact_lock(hashtextextended(asker::text || named, 2));
    if is_free then
        select k.request_hash, k.rights, k.status_code, k.headers, k.response
          into request_hash, rights, status_code, headers, response
          from idempotency_keys k
         where k.actor_id = asker and k.key = named and k.expires_at > at_moment;
    end if;
end
$function$
;

-- :: function client_has_ended(client uuid)
CREATE OR REPLACE FUNCTION public.client_has_ended(client uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
    return exists (
        select from client_period_status t
         where t.client_id = client and t.is_terminal
           and not exists (
               select from client_period_status r
                where r.client_id = client and r.revived_at >= t.terminal_at
           )
    );
end
$function$
;

-- :: function client_is_in_scope(client uuid)
CREATE OR REPLACE FUNCTION public.client_is_in_scope(client uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
    return exists (select from clients c where c.id = client);
end
$function$
;

-- :: function contact_form(value text)
CREATE OR REPLACE FUNCTION public.contact_form(value text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN NULLIF(regexp_replace(regexp_replace(value, '[^0-9]'::text, ''::text, 'g'::text), '^(?:(?:00)?63(?=[0-9]{8,10}$)|0+)'::text, ''::text), ''::text)
;

-- :: function count_changed_row()
CREATE OR REPLACE FUNCTION public.count_changed_row()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
AS $function$
begin
    insert into row_count_changes (
        period, company_id, branch_id, assigned_to, product_id, pension_type_id, status_type_id,
        is_exempt, has_payment, is_terminal, is_done, is_confirmed, is_contacted,
        contact_branch_id, contact_by, done_branch_id, done_by, done_on, change
    )
    select
        v.period, c.company_id, c.branch_id, c.assigned_to, c.product_id, c.pension_type_id,
        v.status_type_id, v.exempt_cause is not null, v.has_payment, v.is_terminal,
        t.code = 'DONE', t.code = 'DONE' and coalesce(r.code = 'CONFIRMED', false),
        v.contact_branch_id is not null, v.contact_branch_id, v.contact_by,
        case when t.code = 'DONE' then v.branch_id end, v.done_by, v.done_on, v.change
    from (values
        (old.client_id, old.period, old.status_type_id, old.reason_id, old.exempt_cause,
         old.has_payment, old.is_terminal, old.contact_branch_id, old.contact_by,
         old.branch_id, old.done_by, old.done_on, -1),
        (new.client_id, new.period, new.status_type_id, new.reason_id, new.exempt_cause,
         new.has_payment, new.is_terminal, new.contact_branch_id, new.contact_by,
         new.branch_id, new.done_by, new.done_on, 1)
    ) v (
        client_id, period, status_type_id, reason_id, exempt_cause,
        has_payment, is_terminal, contact_branch_id, contact_by, branch_id,
        done_by, done_on, change
    )
    join clients c on c.id = v.client_id and c.deleted_at is null
    join status_types t on t.id = v.status_type_id
    left join status_reasons r on r.id = v.reason_id;
    return null;
end
$function$
;

-- :: function count_new_rows()
CREATE OR REPLACE FUNCTION public.count_new_rows()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
AS $function$
begin
    insert into row_count_changes (
        period, company_id, branch_id, assigned_to, product_id, pension_type_id, status_type_id,
        is_exempt, has_payment, is_terminal, is_done, is_confirmed, is_contacted,
        contact_branch_id, contact_by, done_branch_id, done_by, done_on, change
    )
    select
        v.period, c.company_id, c.branch_id, c.assigned_to, c.product_id, c.pension_type_id,
        v.status_type_id, v.exempt_cause is not null, v.has_payment, v.is_terminal,
        t.code = 'DONE', t.code = 'DONE' and coalesce(r.code = 'CONFIRMED', false),
        v.contact_branch_id is not null, v.contact_branch_id, v.contact_by,
        case when t.code = 'DONE' then v.branch_id end, v.done_by, v.done_on,
        sum(v.change)
    from (
            select
                v.client_id, v.period, v.status_type_id, v.reason_id, v.exempt_cause,
                v.has_payment, v.is_terminal, v.contact_branch_id, v.contact_by, v.branch_id,
                v.done_by, v.done_on,
                sum(v.change) as change
            from (select
                    s.client_id, s.period, s.status_type_id, s.reason_id, s.exempt_cause,
                    s.has_payment, s.is_terminal, s.contact_branch_id, s.contact_by, s.branch_id,
                    s.done_by, s.done_on, 1 as change
                from arrived s) v
            group by
                v.client_id, v.period, v.status_type_id, v.reason_id, v.exempt_cause,
                v.has_payment, v.is_terminal, v.contact_branch_id, v.contact_by, v.branch_id,
                v.done_by, v.done_on
            having sum(v.change) <> 0
    ) v
    cross join lateral (
        select c.*
        from clients c
        where c.id = v.client_id and c.deleted_at is null
        offset 0
    ) c
    join status_types t on t.id = v.status_type_id
    left join status_reasons r on r.id = v.reason_id
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18;
    return null;
end
$function$
;

-- :: function count_rows_of_changed_clients()
CREATE OR REPLACE FUNCTION public.count_rows_of_changed_clients()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
    concerns_counts boolean;
begin
    execute $sql$
        select coalesce(bool_or(
                (was.company_id, was.branch_id, was.assigned_to, was.product_id, was.pension_type_id,
                    was.deleted_at is null)
                is distinct from (arrived.company_id, arrived.branch_id, arrived.assigned_to,
                    arrived.product_id, arrived.pension_type_id, arrived.deleted_at is null)
            ), false)
          from was
          join arrived on arrived.id = was.id
    $sql$ into concerns_counts;
    if not concerns_counts then
        return null;
    end if;
    execute $sql$
        select count(*)
          from (
            select s.id
              from was
              join arrived on arrived.id = was.id
              join client_period_status s on s.client_id = arrived.id
             where (was.company_id, was.branch_id, was.assigned_to, was.product_id,
                    was.pension_type_id, was.deleted_at is null)
                is distinct from (arrived.company_id, arrived.branch_id, arrived.assigned_to,
                    arrived.product_id, arrived.pension_type_id, arrived.deleted_at is null)
             order by s.client_id, s.period_year,
                 coalesce(s.period_month, s.period_quarter * 3 - 2), s.period_type
               for no key update of s
          ) locked
    $sql$;
    execute $sql$
    insert into row_count_changes (
        period, company_id, branch_id, assigned_to, product_id, pension_type_id, status_type_id,
        is_exempt, has_payment, is_terminal, is_done, is_confirmed, is_contacted,
        contact_branch_id, contact_by, done_branch_id, done_by, done_on, change
    )
    select
        s.period, c.company_id, c.branch_id, c.assigned_to, c.product_id, c.pension_type_id,
        s.status_type_id, s.exempt_cause is not null, s.has_payment, s.is_terminal,
        t.code = 'DONE', t.code = 'DONE' and coalesce(r.code = 'CONFIRMED', false),
        s.contact_branch_id is not null, s.contact_branch_id, s.contact_by,
        case when t.code = 'DONE' then s.branch_id end, s.done_by, s.done_on,
        sum(c.change)
    from (
        select was.*, -1 as change
        from was
        join arrived on arrived.id = was.id
        where (was.company_id, was.branch_id, was.assigned_to, was.product_id,
                was.pension_type_id, was.deleted_at is null)
            is distinct from (arrived.company_id, arrived.branch_id, arrived.assigned_to,
                arrived.product_id, arrived.pension_type_id, arrived.deleted_at is null)
        union all
        select arrived.*, 1
        from was
        join arrived on arrived.id = was.id
        where (was.company_id, was.branch_id, was.assigned_to, was.product_id,
                was.pension_type_id, was.deleted_at is null)
            is distinct from (arrived.company_id, arrived.branch_id, arrived.assigned_to,
                arrived.product_id, arrived.pension_type_id, arrived.deleted_at is null)
    ) c
    join client_period_status s on s.client_id = c.id
    join status_types t on t.id = s.status_type_id
    left join status_reasons r on r.id = s.reason_id
    where c.deleted_at is null
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18
    having sum(c.change) <> 0
    $sql$;
    return null;
end
$function$
;

-- :: function fold_row_counts(at_most integer)
CREATE OR REPLACE FUNCTION public.fold_row_counts(at_most integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
    folded integer;
begin
    if not pg_try_advisory_xact_lock(1667856208, 32) then
        return null;
    end if;
    with oldest as (
        select id from row_count_changes order by id limit at_most
    ),

    taken as (
        delete from row_count_changes d using oldest where d.id = oldest.id returning d.*
    ),

    in_views as (
        select
            'standing' as view, period, company_id, branch_id, assigned_to, status_type_id,
            has_payment, is_terminal, null::uuid as product_id, null::uuid as pension_type_id,
            is_exempt, is_done, is_confirmed, is_contacted, null::uuid as contact_branch_id,
            null::uuid as contact_by, null::uuid as done_branch_id, null::uuid as done_by,
            null::date as done_on, change
        from taken
        union all
        select
            'product' as view, period, company_id, branch_id, assigned_to, null::uuid,
            null::boolean, null::boolean, product_id, pension_type_id, is_exempt, is_done,
            is_confirmed, is_contacted, null::uuid, null::uuid, null::uuid, null::uuid,
            null::date, change
        from taken
        union all
        select
            'credit' as view, period, company_id, branch_id, assigned_to, null::uuid,
            null::boolean, null::boolean, null::uuid, null::uuid, is_exempt, is_done,
            is_confirmed, is_contacted, contact_branch_id, contact_by, done_branch_id, done_by,
            null::date, change
        from taken
        union all
        select
            'day' as view, period, company_id, branch_id, assigned_to, null::uuid, null::boolean,
            null::boolean, null::uuid, null::uuid, is_exempt, is_done, is_confirmed, is_contacted,
            null::uuid, null::uuid, null::uuid, null::uuid, done_on, change
        from taken
    ),

    added as (
        insert into row_counts as kept (
            view,
            period, company_id, branch_id, assigned_to, status_type_id, has_payment, is_terminal,
            product_id, pension_type_id, is_exempt, is_done, is_confirmed, is_contacted,
            contact_branch_id, contact_by, done_branch_id, done_by, done_on, total
        )
        select
            view,
            period, company_id, branch_id, assigned_to, status_type_id, has_payment, is_terminal,
            product_id, pension_type_id, is_exempt, is_done, is_confirmed, is_contacted,
            contact_branch_id, contact_by, done_branch_id, done_by, done_on,
            sum(change)
        from in_views
        group by
            view,
            period, company_id, branch_id, assigned_to, status_type_id, has_payment, is_terminal,
            product_id, pension_type_id, is_exempt, is_done, is_confirmed, is_contacted,
            contact_branch_id, contact_by, done_branch_id, done_by, done_on
        having sum(change) <> 0
        on conflict (
            view, period, company_id, branch_id, assigned_to, is_exempt, is_done, is_confirmed,
            is_contacted, status_type_id, has_payment, is_terminal, product_id, pension_type_id,
            contact_branch_id, contact_by, done_branch_id, done_by, done_on
        )
        do update set total = kept.total + excluded.total
    )

    select count(*) from taken into folded;
    delete from row_counts where total = 0;
    if folded > 0 then
        update row_count_folds set folds = folds + 1;
    end if;
    return folded;
end
$function$
;

-- :: function keep_answer(asker uuid, named character varying, request_hash bytea, rights bytea, status_code integer, headers jsonb, response bytea, at_moment timestamp with time zone, until timestamp with time zone)
CREATE OR REPLACE FUNCTION public.keep_answer(asker uuid, named character varying, request_hash bytea, rights bytea, status_code integer, headers jsonb, response bytea, at_moment timestamp with time zone, until timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
    if asker is distinct from scope_actor() then
        raise exception using
            errcode = 'insufficient_privilege',
            message = 'a key is claimed and its response kept under one''s own name';
    end if;
    insert into idempotency_keys as k (
        actor_id, key, request_hash, rights, status_code, headers, response, created_at, expires_at
    )
    values (
        asker, named, keep_answer.request_hash, keep_answer.rights, keep_answer.status_code, keep_answer.headers,
        keep_answer.response, at_moment, until
    )
    on conflict (actor_id, key) do update
    set
        request_hash = excluded.request_hash,
        rights = excluded.rights,
        status_code = excluded.status_code,
        headers = excluded.headers,
        response = excluded.response,
        created_at = excluded.created_at,
        expires_at = excluded.expires_at;
end
$function$
;

-- :: function keep_client_words()
CREATE OR REPLACE FUNCTION public.keep_client_words()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
    concerns_words boolean;
begin
    if tg_op = 'UPDATE' then
        execute $sql$
            select coalesce(bool_or(
                    was.sort_name <> arrived.sort_name
                    or (was.company_id, was.branch_id, was.assigned_to)
                       is distinct from (arrived.company_id, arrived.branch_id, arrived.assigned_to)
                ), false)
              from was
              join arrived on arrived.id = was.id
        $sql$ into concerns_words;
        if not concerns_words then
            return null;
        end if;
    end if;
    if tg_op = 'UPDATE' then
        execute $sql$
            delete from client_words w
             using was, arrived
             where was.id = arrived.id and w.client_id = was.id
               and was.sort_name <> arrived.sort_name
               and not exists (select from unnest(words_of(arrived.sort_name)) kept (word)
                                where kept.word = w.word)
        $sql$;
        execute $sql$
            update client_words w
               set sort_name = arrived.sort_name,
                   company_id = arrived.company_id,
                   branch_id = arrived.branch_id,
                   assigned_to = arrived.assigned_to
              from was, arrived
             where was.id = arrived.id and w.client_id = was.id
               and (was.sort_name, was.company_id, was.branch_id, was.assigned_to) is distinct from
                   (arrived.sort_name, arrived.company_id, arrived.branch_id, arrived.assigned_to)
        $sql$;
        execute $sql$
            insert into client_words (client_id, word, sort_name, company_id, branch_id, assigned_to)
            select arrived.id, names.word, arrived.sort_name,
                   arrived.company_id, arrived.branch_id, arrived.assigned_to
              from was
              join arrived on arrived.id = was.id and arrived.sort_name <> was.sort_name
             cross join unnest(words_of(arrived.sort_name)) names (word)
            on conflict do nothing
        $sql$;
    else
        insert into client_words (client_id, word, sort_name, company_id, branch_id, assigned_to)
        select arrived.id, names.word, arrived.sort_name,
               arrived.company_id, arrived.branch_id, arrived.assigned_to
          from arrived
         cross join unnest(words_of(arrived.sort_name)) names (word);
    end if;
    return null;
end
$function$
;

-- :: function keep_delivery(of_source text, of_delivery text, its_body jsonb, at timestamp with time zone)
CREATE OR REPLACE FUNCTION public.keep_delivery(of_source text, of_delivery text, its_body jsonb, at timestamp with time zone)
 RETURNS boolean
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    with kept as (
        insert into webhook_events (source, delivery_id, body, received_at)
        values (of_source, of_delivery, its_body, at)
        on conflict (source, delivery_id) do nothing
        returning true
    )
    select exists (select from kept)
$function$
;

-- :: function keep_place_in_work()
CREATE OR REPLACE FUNCTION public.keep_place_in_work()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
    client_is_there boolean;
    owed bigint;
begin
    if old.is_open and new.exempt_cause is null then
        new.is_open := not exists (
            select from status_types t where t.id = new.status_type_id and t.code = 'DONE'
        );
        return new;
    end if;
    select c.deleted_at is null, c.owed into client_is_there, owed
      from clients c where c.id = new.client_id;
    new.is_open := asks_for_work(
        new.status_type_id, new.exempt_cause, coalesce(client_is_there, true)
    );
    if new.is_open then
        new.owed := coalesce(owed, new.owed);
    end if;
    return new;
end
$function$
;

-- :: function keep_status_type_companies()
CREATE OR REPLACE FUNCTION public.keep_status_type_companies()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
    -- A company and a status added at the same moment must not miss each other.
    lock table status_type_companies in share row exclusive mode;
    if tg_table_name = 'companies' then
        insert into status_type_companies (status_type_id, company_id)
        select s.id, new.id from status_types s where s.company_id is null
        on conflict do nothing;
        return null;
    end if;
    -- Narrowing a status is refused by the foreign keys once other companies' rows hold it: their
    -- history must still read. Deactivate it then, and make another.
    delete from status_type_companies
     where status_type_id = new.id and company_id <> new.company_id;
    insert into status_type_companies (status_type_id, company_id)
    select new.id, c.id from companies c where new.company_id is null or c.id = new.company_id
    on conflict do nothing;
    return null;
end
$function$
;

-- :: function move_configuration_generation()
CREATE OR REPLACE FUNCTION public.move_configuration_generation()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
    update configuration_generation
       set generation = greatest(
               generation + 1, (extract(epoch from clock_timestamp()) * 1000000)::bigint
           );
    return null;
end
$function$
;

-- :: function own_clients()
CREATE OR REPLACE FUNCTION public.own_clients()
 RETURNS uuid[]
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
    officers uuid[] := scope_actor() || scope_ids('clientupdater.stand_ins');
begin
    return array(select c.id from clients c where c.assigned_to = any(officers));
end
$function$
;

-- :: function protect_pension_column()
CREATE OR REPLACE FUNCTION public.protect_pension_column()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
    insert into protected_columns (source_column)
    values (lower(btrim(new.source_column)))
    on conflict (source_column) do nothing;
    return null;
end
$function$
;

-- :: function protect_system_row()
CREATE OR REPLACE FUNCTION public.protect_system_row()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
    if tg_op = 'DELETE' then
        raise exception using
            errcode = 'restrict_violation',
            message = format('%s %s belongs to the system: deactivate it', tg_table_name, old.code);
    end if;
    raise exception using
        errcode = 'restrict_violation',
        message = format('%s %s belongs to the system: its code stays', tg_table_name, old.code);
end
$function$
;

-- :: function refuse_change()
CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
    raise exception using
        errcode = 'restrict_violation',
        message = format('%s is append-only: %s is refused', tg_table_name, lower(tg_op));
end
$function$
;

-- :: function refuse_change_of_sealed_remarks()
CREATE OR REPLACE FUNCTION public.refuse_change_of_sealed_remarks()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
    erased sealed_remarks := old;
begin
    erased.salt := null;
    if new is distinct from erased
        or current_setting('clientupdater.blanking', true) is distinct from old.event_id::text
    then
        raise exception using
            errcode = 'restrict_violation',
            message = 'sealed_remarks is append-only: update is refused';
    end if;
    return new;
end
$function$
;

-- :: function refuse_event_change()
CREATE OR REPLACE FUNCTION public.refuse_event_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
    blanked status_events := old;
begin
    blanked.remarks := '';
    if old.remarks is null
        or new is distinct from blanked
        or current_setting('clientupdater.blanking', true) is distinct from old.id::text
    then
        raise exception using
            errcode = 'restrict_violation',
            message = 'status_events is append-only: update is refused';
    end if;
    return new;
end
$function$
;

-- :: function refuse_unvoidable()
CREATE OR REPLACE FUNCTION public.refuse_unvoidable()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
    if not exists (
        select from status_events e
         where e.client_period_status_id = new.client_period_status_id
           and e.event_sequence = new.voids
           and e.kind in ('recorded', 'payment')
    ) then
        raise exception using
            errcode = 'check_violation',
            message = format('event %s is none that can be voided', new.voids);
    end if;
    return new;
end
$function$
;

-- :: function rejects_about(of_client uuid, at_most integer)
CREATE OR REPLACE FUNCTION public.rejects_about(of_client uuid, at_most integer)
 RETURNS TABLE(created_at timestamp with time zone, sync_job_id uuid, row_number integer, record jsonb, reasons jsonb)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    select r.created_at, r.sync_job_id, r.row_number, r.record, r.reasons
      from clients c
      join sync_rejects r on r.client_code = c.client_code
     where c.id = of_client
       and (caller_is_system()
            or c.company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[]))
     order by r.created_at desc, r.id
     limit at_most
$function$
;

-- :: function remarks_were_erased(of_client uuid, of_event uuid)
CREATE OR REPLACE FUNCTION public.remarks_were_erased(of_client uuid, of_event uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    select exists (
        select from data_access_log d
         where d.client_id = of_client and d.action = 'blanked'
           and d.details ->> 'event' = of_event::text
    )
$function$
;

-- :: function require_remarks()
CREATE OR REPLACE FUNCTION public.require_remarks()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
    if new.kind <> 'voided' or not exists (
        select from status_events e
         where e.client_period_status_id = new.client_period_status_id
           and e.event_sequence = new.voids
           and e.kind = 'recorded'
           and e.created_by = new.created_by
    ) then
        raise exception using
            errcode = 'check_violation',
            constraint = 'status_events_remarks',
            message = format('status_events_remarks: %s needs remarks', new.kind);
    end if;
    return new;
end
$function$
;

-- :: function row_is_in_scope(client uuid, company uuid, home_branch uuid)
CREATE OR REPLACE FUNCTION public.row_is_in_scope(client uuid, company uuid, home_branch uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
AS $function$
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
$function$
;

-- :: function scope_actor()
CREATE OR REPLACE FUNCTION public.scope_actor()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
    select case
        when coalesce(current_setting('clientupdater.actor', true), '') = '' then null::uuid
        else split_part(verified_setting('clientupdater.actor'), '|', 1)::uuid
    end
$function$
;

-- :: function scope_administers()
CREATE OR REPLACE FUNCTION public.scope_administers()
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
    select case
        when coalesce(current_setting('clientupdater.administers', true), '') = ''
            then scope_is_system() or not scopes_are_verified()
        else verified_setting('clientupdater.administers') = 'on'
    end
$function$
;

-- :: function scope_companies(kind text)
CREATE OR REPLACE FUNCTION public.scope_companies(kind text)
 RETURNS uuid[]
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
    select case
        when split_part(current_setting('clientupdater.actor', true), '|', 7) <> ''
            then split_part(
                current_setting('clientupdater.actor', true), '|', array_position(array['area', 'branch', 'self'], kind) + 4
            )::uuid[]
        else scope_ids('clientupdater.' || kind || '_companies')
    end
$function$
;

-- :: function scope_has_every_company()
CREATE OR REPLACE FUNCTION public.scope_has_every_company()
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
    select not exists (
        select from companies c
         where c.id <> all(scope_ids('clientupdater.all_companies'))
    )
$function$
;

-- :: function scope_ids(setting text)
CREATE OR REPLACE FUNCTION public.scope_ids(setting text)
 RETURNS uuid[]
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
    select case
        when coalesce(current_setting(setting, true), '') = '' then '{}'::uuid[]
        else verified_setting(setting)::uuid[]
    end
$function$
;

-- :: function scope_is_system()
CREATE OR REPLACE FUNCTION public.scope_is_system()
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN pg_has_role(CURRENT_USER, 'clientupdater_system'::name, 'member'::text)
;

-- :: function scopes_are_verified()
CREATE OR REPLACE FUNCTION public.scopes_are_verified()
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$ select exists (select from scope_keys) $function$
;

-- :: function sealed_leaves(of_seal uuid, of_branch uuid, of_client uuid)
CREATE OR REPLACE FUNCTION public.sealed_leaves(of_seal uuid, of_branch uuid, of_client uuid)
 RETURNS TABLE(is_of_client boolean, leaf bytea)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    select r.client_id = of_client, r.leaf
      from period_seal_rows r
     where r.seal_id = of_seal and r.branch_id = of_branch
     order by r.client_code
$function$
;

-- :: function session_by_fingerprint(of_token text)
CREATE OR REPLACE FUNCTION public.session_by_fingerprint(of_token text)
 RETURNS TABLE(id uuid, user_id uuid, kind text, created_at timestamp with time zone, last_seen_at timestamp with time zone, expires_at timestamp with time zone, revoked_at timestamp with time zone, ip_address character varying, user_agent text, issued_by uuid, issued_rights bytea)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 1
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
    return query
    select
        s.id, s.user_id, s.kind, s.created_at, s.last_seen_at, s.expires_at, s.revoked_at,
        s.ip_address, s.user_agent, s.issued_by, s.issued_rights
      from user_sessions s
     where s.session_token = of_token;
end
$function$
;

-- :: function sort_form(value text)
CREATE OR REPLACE FUNCTION public.sort_form(value text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN lower(regexp_replace(NORMALIZE(value, NFD), '[̀-ͯ]'::text, ''::text, 'g'::text))
;

-- :: function staff_name(first_name text, last_name text, email text)
CREATE OR REPLACE FUNCTION public.staff_name(first_name text, last_name text, email text)
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN COALESCE(NULLIF(concat_ws(' '::text, first_name, last_name), ''::text), split_part(email, '@'::text, 1))
;

-- :: function stored_password(of_person uuid)
CREATE OR REPLACE FUNCTION public.stored_password(of_person uuid)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    select u.password_hash
      from users u
     where u.id = of_person
       and case
           when coalesce(current_setting('clientupdater.administers', true), '') = ''
               then caller_is_system() or not scopes_are_verified()
           else verified_setting('clientupdater.administers') = 'on'
       end
$function$
;

-- :: function take_from_client()
CREATE OR REPLACE FUNCTION public.take_from_client()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
    client_company uuid;
    client_is_there boolean;
begin
    select c.company_id, c.deleted_at is null, c.sort_name, c.branch_id, c.owed
      into client_company, client_is_there, new.sort_name, new.home_branch_id, new.owed
      from clients c where c.id = new.client_id;
    if client_company is null then
        raise exception using
            errcode = 'foreign_key_violation',
            message = format('there is no client %s', new.client_id);
    end if;
    if client_company <> new.company_id then
        raise exception using
            errcode = 'check_violation',
            message = format('client %s is of another company', new.client_id);
    end if;
    new.is_open := asks_for_work(new.status_type_id, new.exempt_cause, client_is_there);
    return new;
end
$function$
;

-- :: function touch_session(session uuid, at timestamp with time zone)
CREATE OR REPLACE FUNCTION public.touch_session(session uuid, at timestamp with time zone)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
    update user_sessions
       set last_seen_at = at
     where id = (select id from user_sessions where id = session for update skip locked)
       and coalesce(last_seen_at, created_at) < at
$function$
;

-- :: function touch_updated_at()
CREATE OR REPLACE FUNCTION public.touch_updated_at()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
    -- A writer may give the moment by its own clock; one that does not still moves it, by the wall
    -- clock, so that it moves also when one transaction writes a row twice.
    if new.updated_at <= old.updated_at then
        new.updated_at := greatest(clock_timestamp(), old.updated_at + interval '1 microsecond');
    end if;
    return new;
end
$function$
;

-- :: function verified_setting(setting text)
CREATE OR REPLACE FUNCTION public.verified_setting(setting text)
 RETURNS text
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
$function$
;

-- :: function words_of(sort_name text)
CREATE OR REPLACE FUNCTION public.words_of(sort_name text)
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN COALESCE((SELECT array_agg(DISTINCT split.word) AS array_agg FROM regexp_split_to_table(words_of.sort_name, '[][[:space:].,;:''"()/_-]+'::text) split(word) WHERE (split.word <> ''::text)), '{}'::text[])
;

-- :: table account_types
create table account_types (
    id uuid default gen_random_uuid() not null,
    code character varying(50) not null,
    name character varying(255) not null,
    is_system boolean default false not null,
    is_active boolean default true not null,
    sort_order integer default 0 not null,
    created_by uuid,
    version integer default 1 not null,
    created_at timestamp with time zone default now() not null,
    updated_at timestamp with time zone default now() not null
);

-- :: table activity_logs
create table activity_logs (
    id uuid default gen_random_uuid() not null,
    user_id uuid,
    action character varying(100) not null,
    resource character varying(100),
    resource_id text,
    details jsonb default '{}'::jsonb not null,
    ip_address character varying(45),
    user_agent text,
    duration_ms integer,
    created_at timestamp with time zone default now() not null
);

-- :: table area_branches
create table area_branches (
    area_id uuid not null,
    branch_id uuid not null,
    is_primary boolean default false not null,
    created_at timestamp with time zone default now() not null
);

-- :: table areas
create table areas (
    id uuid default gen_random_uuid() not null,
    code character varying(50) not null,
    name character varying(255) not null,
    company_id uuid,
    version integer default 1 not null,
    deleted_at timestamp with time zone,
    created_at timestamp with time zone default now() not null,
    updated_at timestamp with time zone default now() not null
);

-- :: table authorization_audit
create table authorization_audit (
    id uuid default gen_random_uuid() not null,
    actor_id uuid,
    decision text not null,
    permission character varying(100),
    subject_user_id uuid,
    resource character varying(50),
    resource_id text,
    company_id uuid,
    grants_found jsonb,
    missing text,
    old_values jsonb,
    new_values jsonb,
    request_id character varying(100),
    ip_address character varying(45),
    decided_at timestamp with time zone default now() not null,
    origin jsonb default '{}'::jsonb not null
);

-- :: table branch_contacts
create table branch_contacts (
    id uuid default gen_random_uuid() not null,
    branch_id uuid not null,
    type character varying(50) not null,
    value character varying(255) not null,
    is_primary boolean default false not null,
    version integer default 1 not null,
    created_at timestamp with time zone default now() not null,
    updated_at timestamp with time zone default now() not null
);

-- :: table branches
create table branches (
    id uuid default gen_random_uuid() not null,
    code character varying(50) not null,
    name character varying(255) not null,
    location character varying(500),
    category character varying(100),
    version integer default 1 not null,
    deleted_at timestamp with time zone,
    created_at timestamp with time zone default now() not null,
    updated_at timestamp with time zone default now() not null,
    successor_id uuid
);

-- :: table client_assignments
create table client_assignments (
    id uuid default gen_random_uuid() not null,
    client_id uuid not null,
    officer_id uuid not null,
    assigned_from timestamp with time zone default now() not null,
    assigned_until timestamp with time zone,
    assigned_by uuid,
    ended_by uuid,
    end_reason text,
    created_at timestamp with time zone default now() not null
);

-- :: table client_changes
create table client_changes (
    id uuid default gen_random_uuid() not null,
    client_id uuid not null,
    field_changed character varying(100) not null,
    old_value text,
    new_value text,
    reason text,
    changed_by uuid not null,
    changed_at timestamp with time zone default now() not null
);

-- :: table client_period_status
create table client_period_status (
    id uuid default gen_random_uuid() not null,
    client_id uuid not null,
    period_type period_type not null,
    period_month integer,
    period_quarter integer,
    period_year integer not null,
    period text collate "C" generated always as (((period_year)::text ||
CASE
    WHEN (period_month IS NULL) THEN ('-Q'::text || (period_quarter)::text)
    ELSE ('-'::text || lpad((period_month)::text, 2, '0'::text))
END)) stored not null,
    status_type_id uuid not null,
    reason_id uuid,
    remarks text,
    has_payment boolean default false not null,
    update_count integer default 0 not null,
    is_terminal boolean default false not null,
    terminal_at timestamp with time zone,
    revived_at timestamp with time zone,
    exempt_cause text,
    company_id uuid not null,
    branch_id uuid not null,
    sort_name text collate "C" default ''::text not null,
    next_follow_up_on date,
    promised_on date,
    promised_amount numeric(15,2),
    version integer default 0 not null,
    updated_by uuid,
    created_at timestamp with time zone default now() not null,
    updated_at timestamp with time zone default now() not null,
    home_branch_id uuid,
    is_open boolean default false not null,
    owed bigint default 0 not null,
    due_on date generated always as (COALESCE(next_follow_up_on, '0001-01-01'::date)) stored not null,
    work_rank bigint generated always as ((
CASE
    WHEN (update_count > 0) THEN '1152921504606846976'::bigint
    ELSE (0)::bigint
END - owed)) stored not null,
    contact_branch_id uuid,
    contact_by uuid,
    done_by uuid,
    done_at timestamp with time zone,
    done_on date
);

-- :: table client_sources
create table client_sources (
    client_id uuid not null,
    source sync_source not null,
    source_version timestamp with time zone,
    source_version_number bigint,
    named_deleted boolean default false not null,
    record_hash bytea,
    contact_number character varying(50),
    contact_number_alt character varying(50),
    missing_count integer default 0 not null,
    missing_as_of timestamp with time zone,
    last_seen_at timestamp with time zone,
    last_seen_job_id uuid,
    created_at timestamp with time zone default now() not null,
    updated_at timestamp with time zone default now() not null,
    client_updated_at timestamp with time zone
);

-- :: table client_sync_history
create table client_sync_history (
    id uuid default gen_random_uuid() not null,
    client_id uuid not null,
    field_changed character varying(100) not null,
    old_value text,
    new_value text,
    sync_job_id uuid,
    changed_at timestamp with time zone default now() not null,
    old_value_since timestamp with time zone
);

-- :: table client_words
create table client_words (
    client_id uuid not null,
    word text collate "C" not null,
    company_id uuid not null,
    branch_id uuid not null,
    assigned_to uuid,
    sort_name text collate "C" not null
);

-- :: table clients
create table clients (
    id uuid default gen_random_uuid() not null,
    client_code character varying(50) collate "C" not null,
    company_id uuid not null,
    full_name character varying(255) not null,
    sort_name text collate "C" generated always as (sort_form((full_name)::text)) stored not null,
    pension_number bytea,
    pension_blind_index bytea,
    pension_last4 character varying(4),
    birth_date date,
    address character varying(500),
    contact_number character varying(50),
    contact_number_alt character varying(50),
    contact_number_corrected boolean default false not null,
    contact_number_alt_corrected boolean default false not null,
    contact_conflict boolean default false not null,
    pension_type_id uuid,
    pensioner_type_id uuid,
    product_id uuid,
    branch_id uuid not null,
    par_status_id uuid,
    account_type_id uuid,
    past_due_amount numeric(15,2),
    loan_status character varying(50),
    is_active boolean default true not null,
    tracking_cycle_from date,
    assigned_to uuid,
    last_synced_at timestamp with time zone,
    sync_source sync_source,
    version integer default 1 not null,
    created_at timestamp with time zone default now() not null,
    updated_at timestamp with time zone default now() not null,
    deleted_at timestamp with time zone,
    owed bigint generated always as (((COALESCE(past_due_amount, (0)::numeric) * (100)::numeric))::bigint) stored not null,
    contact_form text collate "C" generated always as (contact_form((contact_number)::text)) stored,
    contact_form_alt text collate "C" generated always as (contact_form((contact_number_alt)::text)) stored
);

-- :: table companies
create table companies (
    id uuid default gen_random_uuid() not null,
    code character varying(50) not null,
    name character varying(255) not null,
    is_system boolean default false not null,
    is_active boolean default true not null,
    sort_order integer default 0 not null,
    created_by uuid,
    version integer default 1 not null,
    created_at timestamp with time zone default now() not null,
    updated_at timestamp with time zone default now() not null
);

-- :: table config_audit_log
create table config_audit_log (
    id uuid default gen_random_uuid() not null,
    table_name character varying(100) not null,
    record_id text not null,
    action text not null,
    old_values jsonb,
    new_values jsonb,
    changed_by uuid,
    changed_at timestamp with time zone default now() not null,
    ip_address character varying(45),
    "position" bigint generated always as identity not null
);

-- :: table config_categories
create table config_categories (
    id uuid default gen_random_uuid() not null,
    code character varying(100) not null,
    name character varying(255) not null,
    description text,
    is_active boolean default true not null,
    sort_order integer default 0 not null,
    version integer default 1 not null,
    created_at timestamp with time zone default now() not null
);

-- :: table config_options
create table config_options (
    id uuid default gen_random_uuid() not null,
    category_id uuid not null,
    code character varying(100) not null,
    label character varying(255) not null,
    value text,
    metadata jsonb default '{}'::jsonb not null,
    is_active boolean default true not null,
    is_default boolean default false not null,
    sort_order integer default 0 not null,
    parent_option_id uuid,
    company_id uuid,
    created_by uuid,
    version integer default 1 not null,
    created_at timestamp with time zone default now() not null,
    updated_at timestamp with time zone default now() not null
);

-- :: table config_settings
create table config_settings (
    id uuid default gen_random_uuid() not null,
    key character varying(100) not null,
    value text not null,
    value_type value_type default 'string'::value_type not null,
    description text,
    is_public boolean default false not null,
    company_id uuid,
    updated_by uuid,
    version integer default 1 not null,
    created_at timestamp with time zone default now() not null,
    updated_at timestamp with time zone default now() not null
);

-- :: table configuration_generation
create table configuration_generation (
    singleton boolean default true not null,
    generation bigint not null
);

-- :: table data_access_log
create table data_access_log (
    id uuid default gen_random_uuid() not null,
    actor_id uuid,
    action text not null,
    client_id uuid,
    company_id uuid,
    subject character varying(100) not null,
    row_count integer,
    details jsonb default '{}'::jsonb not null,
    request_id character varying(100),
    ip_address character varying(45),
    accessed_at timestamp with time zone default now() not null
);

-- :: table export_jobs
create table export_jobs (
    id uuid default gen_random_uuid() not null,
    type character varying(50) not null,
    format export_format not null,
    status job_status default 'pending'::job_status not null,
    parameters jsonb default '{}'::jsonb not null,
    file_path text,
    file_size bigint,
    started_at timestamp with time zone,
    completed_at timestamp with time zone,
    error text,
    expires_at timestamp with time zone,
    created_by uuid,
    created_at timestamp with time zone default now() not null,
    company_id uuid,
    row_count bigint,
    job_id bigint,
    sight jsonb
);

-- :: table field_mappings
create table field_mappings (
    id uuid default gen_random_uuid() not null,
    source sync_source not null,
    company_id uuid,
    field character varying(100) not null,
    source_column character varying(255) not null,
    transform jsonb default '[]'::jsonb not null,
    owns_field boolean default true not null,
    is_active boolean default true not null,
    version integer default 1 not null,
    created_at timestamp with time zone default now() not null,
    updated_at timestamp with time zone default now() not null
);

-- :: table hand_over_clients
create table hand_over_clients (
    hand_over_id uuid not null,
    client_id uuid not null,
    officer_id uuid not null
);

-- :: table hand_overs
create table hand_overs (
    id uuid default gen_random_uuid() not null,
    officer_id uuid not null,
    created_by uuid not null,
    created_at timestamp with time zone not null,
    undone_by uuid,
    undone_at timestamp with time zone
);

-- :: table idempotency_keys
create table idempotency_keys (
    actor_id uuid not null,
    key character varying(255) not null,
    request_hash bytea not null,
    status_code integer not null,
    headers jsonb default '{}'::jsonb not null,
    response bytea not null,
    created_at timestamp with time zone default now() not null,
    expires_at timestamp with time zone not null,
    rights bytea default '\x'::bytea not null
);

-- :: table job_queue
create table job_queue (
    id bigint generated always as identity not null,
    queue_name character varying(50) default 'default'::character varying not null,
    payload jsonb default '{}'::jsonb not null,
    status job_status default 'pending'::job_status not null,
    priority integer default 0 not null,
    attempts integer default 0 not null,
    max_attempts integer default 3 not null,
    unique_key text,
    worker text,
    lease_expires_at timestamp with time zone,
    scheduled_at timestamp with time zone default now() not null,
    started_at timestamp with time zone,
    completed_at timestamp with time zone,
    error text,
    created_by uuid,
    created_at timestamp with time zone default now() not null,
    job_name character varying(100) default ''::character varying not null,
    company_id uuid,
    progress jsonb
);

-- :: table one_time_passwords
create table one_time_passwords (
    id uuid default gen_random_uuid() not null,
    user_id uuid not null,
    kind text not null,
    token character varying(255),
    issued_by uuid,
    issued_at timestamp with time zone default now() not null,
    used_at timestamp with time zone
);

-- :: table par_statuses
create table par_statuses (
    id uuid default gen_random_uuid() not null,
    code character varying(50) not null,
    name character varying(255) not null,
    is_trackable boolean default true not null,
    is_system boolean default false not null,
    is_active boolean default true not null,
    sort_order integer default 0 not null,
    created_by uuid,
    version integer default 1 not null,
    created_at timestamp with time zone default now() not null,
    updated_at timestamp with time zone default now() not null
);

-- :: table pension_types
create table pension_types (
    id uuid default gen_random_uuid() not null,
    code character varying(50) not null,
    name character varying(255) not null,
    company_id uuid not null,
    is_system boolean default false not null,
    is_active boolean default true not null,
    sort_order integer default 0 not null,
    created_by uuid,
    version integer default 1 not null,
    created_at timestamp with time zone default now() not null,
    updated_at timestamp with time zone default now() not null
);

-- :: table pensioner_types
create table pensioner_types (
    id uuid default gen_random_uuid() not null,
    code character varying(50) not null,
    name character varying(255) not null,
    pension_type_id uuid,
    is_system boolean default false not null,
    is_active boolean default true not null,
    sort_order integer default 0 not null,
    created_by uuid,
    version integer default 1 not null,
    created_at timestamp with time zone default now() not null,
    updated_at timestamp with time zone default now() not null
);

-- :: table period_openings
create table period_openings (
    id uuid default gen_random_uuid() not null,
    period_type period_type not null,
    period_month integer,
    period_quarter integer,
    period_year integer not null,
    rows_opened integer default 0 not null,
    clients_unmapped integer default 0 not null,
    opened_by uuid,
    started_at timestamp with time zone default now() not null,
    completed_at timestamp with time zone
);

-- :: table period_seal_branches
create table period_seal_branches (
    seal_id uuid not null,
    branch_id uuid not null,
    root bytea not null,
    row_count bigint not null
);

-- :: table period_seal_rows
create table period_seal_rows (
    seal_id uuid not null,
    branch_id uuid not null,
    client_code character varying(50) collate "C" not null,
    client_id uuid not null,
    client_period_status_id uuid not null,
    last_sequence integer not null,
    leaf bytea not null
);

-- :: table period_seals
create table period_seals (
    id uuid default gen_random_uuid() not null,
    company_id uuid not null,
    period text collate "C" not null,
    root bytea not null,
    previous_period text collate "C",
    previous_root bytea,
    row_count bigint not null,
    event_count bigint not null,
    sealed_at timestamp with time zone not null
);

-- :: table permissions
create table permissions (
    id uuid default gen_random_uuid() not null,
    code character varying(100) not null,
    resource character varying(50) not null,
    action character varying(50) not null,
    description text,
    created_at timestamp with time zone default now() not null
);

-- :: table products
create table products (
    id uuid default gen_random_uuid() not null,
    code character varying(50) not null,
    name character varying(255) not null,
    company_id uuid not null,
    tracking_cycle tracking_cycle default 'monthly'::tracking_cycle not null,
    is_system boolean default false not null,
    is_active boolean default true not null,
    sort_order integer default 0 not null,
    created_by uuid,
    version integer default 1 not null,
    created_at timestamp with time zone default now() not null,
    updated_at timestamp with time zone default now() not null
);

-- :: table protected_columns
create table protected_columns (
    source_column character varying(255) not null,
    created_at timestamp with time zone default now() not null
);

-- :: table purge_log
create table purge_log (
    id uuid default gen_random_uuid() not null,
    subject character varying(100) not null,
    older_than timestamp with time zone not null,
    rows_removed bigint not null,
    purged_at timestamp with time zone default now() not null
);

-- :: table rate_limit_counts
create table rate_limit_counts (
    key bytea not null,
    counted_at bigint not null,
    running integer not null,
    before integer not null,
    forget_after bigint not null
);

-- :: table role_grants
create table role_grants (
    role_id uuid not null,
    permission_id uuid not null,
    scope permission_scope not null
);

-- :: table roles
create table roles (
    id uuid default gen_random_uuid() not null,
    code character varying(50) not null,
    name character varying(100) not null,
    description text default ''::text not null,
    is_system boolean default false not null,
    version integer default 1 not null,
    created_by uuid,
    created_at timestamp with time zone default now() not null,
    updated_at timestamp with time zone default now() not null
);

-- :: table row_count_changes
create table row_count_changes (
    id bigint generated always as identity not null,
    period text collate "C" not null,
    company_id uuid not null,
    branch_id uuid not null,
    assigned_to uuid,
    product_id uuid,
    pension_type_id uuid,
    status_type_id uuid not null,
    is_exempt boolean not null,
    has_payment boolean not null,
    is_terminal boolean not null,
    is_done boolean not null,
    is_confirmed boolean not null,
    is_contacted boolean not null,
    contact_branch_id uuid,
    contact_by uuid,
    done_branch_id uuid,
    done_by uuid,
    done_on date,
    change integer not null
);

-- :: table row_count_folds
create table row_count_folds (
    only_one boolean default true not null,
    folds bigint not null
);

-- :: table row_counts
create table row_counts (
    id bigint generated always as identity not null,
    view text not null,
    period text collate "C" not null,
    company_id uuid not null,
    branch_id uuid not null,
    assigned_to uuid,
    product_id uuid,
    pension_type_id uuid,
    status_type_id uuid,
    is_exempt boolean not null,
    has_payment boolean,
    is_terminal boolean,
    is_done boolean not null,
    is_confirmed boolean not null,
    is_contacted boolean not null,
    contact_branch_id uuid,
    contact_by uuid,
    done_branch_id uuid,
    done_by uuid,
    done_on date,
    total integer not null
);

-- :: table scheduled_jobs
create table scheduled_jobs (
    id uuid default gen_random_uuid() not null,
    name character varying(100) not null,
    cron_expression character varying(50) not null,
    function_name character varying(100) not null,
    payload jsonb default '{}'::jsonb not null,
    is_active boolean default true not null,
    last_run_at timestamp with time zone,
    next_run_at timestamp with time zone,
    created_at timestamp with time zone default now() not null,
    time_zone character varying(100),
    version integer default 1 not null
);

-- :: table scope_keys
create table scope_keys (
    name text not null,
    inner_pad bytea not null,
    outer_pad bytea not null,
    created_at timestamp with time zone default now() not null
);

-- :: table sealed_remarks
create table sealed_remarks (
    event_id uuid not null,
    salt bytea,
    digest bytea not null
);

-- :: table stand_ins
create table stand_ins (
    id uuid default gen_random_uuid() not null,
    officer_id uuid not null,
    stand_in_id uuid not null,
    starts_at timestamp with time zone not null,
    ends_at timestamp with time zone not null,
    created_by uuid not null,
    created_at timestamp with time zone default now() not null,
    ended_by uuid,
    ended_at timestamp with time zone
);

-- :: table status_events
create table status_events (
    id uuid default gen_random_uuid() not null,
    client_period_status_id uuid not null,
    event_sequence integer not null,
    kind text not null,
    status_type_id uuid not null,
    reason_id uuid,
    remarks text,
    has_payment boolean,
    is_terminal boolean default false not null,
    channel text,
    occurred_at timestamp with time zone default now() not null,
    company_id uuid not null,
    branch_id uuid not null,
    next_follow_up_on date,
    promised_on date,
    promised_amount numeric(15,2),
    voids integer,
    exempt_cause text,
    created_by uuid,
    created_at timestamp with time zone default now() not null,
    "position" bigint generated always as identity not null,
    txid xid8 default pg_current_xact_id() not null
);

-- :: table status_reasons
create table status_reasons (
    id uuid default gen_random_uuid() not null,
    code character varying(50) not null,
    name character varying(255) not null,
    status_type_id uuid not null,
    is_terminal boolean default false not null,
    requires_remarks boolean default false not null,
    is_system boolean default false not null,
    is_active boolean default true not null,
    sort_order integer default 0 not null,
    created_by uuid,
    version integer default 1 not null,
    created_at timestamp with time zone default now() not null,
    updated_at timestamp with time zone default now() not null
);

-- :: table status_type_companies
create table status_type_companies (
    status_type_id uuid not null,
    company_id uuid not null
);

-- :: table status_types
create table status_types (
    id uuid default gen_random_uuid() not null,
    code character varying(50) not null,
    name character varying(255) not null,
    sequence integer not null,
    company_id uuid,
    is_system boolean default false not null,
    is_active boolean default true not null,
    sort_order integer default 0 not null,
    created_by uuid,
    version integer default 1 not null,
    created_at timestamp with time zone default now() not null,
    updated_at timestamp with time zone default now() not null
);

-- :: table sync_jobs
create table sync_jobs (
    id uuid default gen_random_uuid() not null,
    type sync_job_type not null,
    company_id uuid,
    status job_status default 'pending'::job_status not null,
    is_preview boolean default false not null,
    is_full boolean default true not null,
    parameters jsonb default '{}'::jsonb not null,
    steps jsonb default '{}'::jsonb not null,
    records_processed integer default 0 not null,
    records_created integer default 0 not null,
    records_updated integer default 0 not null,
    records_deactivated integer default 0 not null,
    records_rejected integer default 0 not null,
    as_of timestamp with time zone,
    stated_count integer,
    plan_hash bytea,
    approved_by uuid,
    approved_at timestamp with time zone,
    superseded_by uuid,
    heartbeat_at timestamp with time zone,
    started_at timestamp with time zone,
    completed_at timestamp with time zone,
    error text,
    created_by uuid,
    created_at timestamp with time zone default now() not null,
    attempt integer default 0 not null,
    is_fetched boolean default false not null,
    records_unchanged integer default 0 not null,
    records_reappeared integer default 0 not null,
    records_missing integer default 0 not null,
    consequences jsonb default '{}'::jsonb not null
);

-- :: table sync_plans
create table sync_plans (
    sync_job_id uuid not null,
    company_id uuid,
    plan jsonb not null,
    created_at timestamp with time zone default now() not null
);

-- :: table sync_rejects
create table sync_rejects (
    id uuid default gen_random_uuid() not null,
    sync_job_id uuid not null,
    row_number integer not null,
    company_id uuid,
    client_code character varying(50),
    record jsonb not null,
    sealed bytea,
    reasons jsonb not null,
    replayed_at timestamp with time zone,
    replayed_by_job_id uuid,
    created_at timestamp with time zone default now() not null
);

-- :: table sync_snapshots
create table sync_snapshots (
    sync_job_id uuid not null,
    row_number integer not null,
    company_id uuid,
    client_code character varying(50),
    record jsonb not null,
    sealed bytea,
    created_at timestamp with time zone default now() not null
);

-- :: table sync_watermarks
create table sync_watermarks (
    id uuid default gen_random_uuid() not null,
    source sync_source not null,
    company_id uuid,
    watermark timestamp with time zone not null,
    sync_job_id uuid,
    created_at timestamp with time zone default now() not null,
    updated_at timestamp with time zone default now() not null
);

-- :: table user_areas
create table user_areas (
    user_id uuid not null,
    area_id uuid not null,
    granted_by uuid,
    granted_at timestamp with time zone default now() not null
);

-- :: table user_branches
create table user_branches (
    user_id uuid not null,
    branch_id uuid not null,
    granted_by uuid,
    granted_at timestamp with time zone default now() not null
);

-- :: table user_permissions
create table user_permissions (
    id uuid default gen_random_uuid() not null,
    user_id uuid not null,
    permission_id uuid not null,
    company_id uuid,
    scope permission_scope default 'self'::permission_scope not null,
    granted_by uuid,
    granted_at timestamp with time zone default now() not null,
    by_role boolean default false not null,
    direct_scope permission_scope
);

-- :: table user_roles
create table user_roles (
    id uuid default gen_random_uuid() not null,
    user_id uuid not null,
    role_id uuid not null,
    company_id uuid,
    granted_by uuid,
    granted_at timestamp with time zone default now() not null
);

-- :: table user_sessions
create table user_sessions (
    id uuid default gen_random_uuid() not null,
    user_id uuid not null,
    session_token character varying(255) not null,
    kind text default 'person'::text not null,
    ip_address character varying(45),
    user_agent text,
    created_at timestamp with time zone default now() not null,
    last_seen_at timestamp with time zone,
    expires_at timestamp with time zone not null,
    revoked_at timestamp with time zone,
    revoked_reason text,
    issued_by uuid,
    issued_rights bytea
);

-- :: table users
create table users (
    id uuid default gen_random_uuid() not null,
    clerk_id character varying(255),
    email character varying(255) not null,
    first_name character varying(100),
    last_name character varying(100),
    image_url text,
    password_hash text,
    password_expires_at timestamp with time zone,
    is_active boolean default true not null,
    must_change_password boolean default false not null,
    password_changed_at timestamp with time zone,
    last_login_at timestamp with time zone,
    login_count integer default 0 not null,
    failed_login_count integer default 0 not null,
    locked_until timestamp with time zone,
    version integer default 1 not null,
    deleted_at timestamp with time zone,
    created_at timestamp with time zone default now() not null,
    updated_at timestamp with time zone default now() not null,
    password_issued_by uuid,
    password_issued_rights bytea
);

-- :: table webhook_events
create table webhook_events (
    source character varying(50) not null,
    delivery_id character varying(255) not null,
    body jsonb,
    error text,
    received_at timestamp with time zone default now() not null,
    processed_at timestamp with time zone
);

-- :: function client_in_period(of_client uuid, of_code text, in_period text)
CREATE OR REPLACE FUNCTION public.client_in_period(of_client uuid, of_code text, in_period text)
 RETURNS TABLE(client clients, period_row client_period_status)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 1
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
$function$
;

-- :: key account_types.account_types_code_key
alter table account_types add constraint account_types_code_key UNIQUE (code);

-- :: key account_types.account_types_pkey
alter table account_types add constraint account_types_pkey PRIMARY KEY (id);

-- :: key activity_logs.activity_logs_pkey
alter table activity_logs add constraint activity_logs_pkey PRIMARY KEY (id);

-- :: key area_branches.area_branches_pkey
alter table area_branches add constraint area_branches_pkey PRIMARY KEY (area_id, branch_id);

-- :: key areas.areas_code_key
alter table areas add constraint areas_code_key UNIQUE (code);

-- :: key areas.areas_pkey
alter table areas add constraint areas_pkey PRIMARY KEY (id);

-- :: key authorization_audit.authorization_audit_pkey
alter table authorization_audit add constraint authorization_audit_pkey PRIMARY KEY (id);

-- :: key branch_contacts.branch_contacts_pkey
alter table branch_contacts add constraint branch_contacts_pkey PRIMARY KEY (id);

-- :: key branches.branches_code_key
alter table branches add constraint branches_code_key UNIQUE (code);

-- :: key branches.branches_pkey
alter table branches add constraint branches_pkey PRIMARY KEY (id);

-- :: key client_assignments.client_assignments_pkey
alter table client_assignments add constraint client_assignments_pkey PRIMARY KEY (id);

-- :: key client_changes.client_changes_pkey
alter table client_changes add constraint client_changes_pkey PRIMARY KEY (id);

-- :: key client_period_status.client_period_status_one_per_period
alter table client_period_status add constraint client_period_status_one_per_period UNIQUE (client_id, period);

-- :: key client_period_status.client_period_status_pkey
alter table client_period_status add constraint client_period_status_pkey PRIMARY KEY (id);

-- :: key client_sources.client_sources_pkey
alter table client_sources add constraint client_sources_pkey PRIMARY KEY (client_id, source);

-- :: key client_sync_history.client_sync_history_pkey
alter table client_sync_history add constraint client_sync_history_pkey PRIMARY KEY (id);

-- :: key client_words.client_words_pkey
alter table client_words add constraint client_words_pkey PRIMARY KEY (client_id, word);

-- :: key clients.clients_client_code_key
alter table clients add constraint clients_client_code_key UNIQUE (client_code);

-- :: key clients.clients_pkey
alter table clients add constraint clients_pkey PRIMARY KEY (id);

-- :: key companies.companies_code_key
alter table companies add constraint companies_code_key UNIQUE (code);

-- :: key companies.companies_pkey
alter table companies add constraint companies_pkey PRIMARY KEY (id);

-- :: key config_audit_log.config_audit_log_pkey
alter table config_audit_log add constraint config_audit_log_pkey PRIMARY KEY (id);

-- :: key config_categories.config_categories_code_key
alter table config_categories add constraint config_categories_code_key UNIQUE (code);

-- :: key config_categories.config_categories_pkey
alter table config_categories add constraint config_categories_pkey PRIMARY KEY (id);

-- :: key config_options.config_options_category_id_company_id_code_key
alter table config_options add constraint config_options_category_id_company_id_code_key UNIQUE NULLS NOT DISTINCT (category_id, company_id, code);

-- :: key config_options.config_options_pkey
alter table config_options add constraint config_options_pkey PRIMARY KEY (id);

-- :: key config_settings.config_settings_key_company_id_key
alter table config_settings add constraint config_settings_key_company_id_key UNIQUE NULLS NOT DISTINCT (key, company_id);

-- :: key config_settings.config_settings_pkey
alter table config_settings add constraint config_settings_pkey PRIMARY KEY (id);

-- :: key configuration_generation.configuration_generation_pkey
alter table configuration_generation add constraint configuration_generation_pkey PRIMARY KEY (singleton);

-- :: key data_access_log.data_access_log_pkey
alter table data_access_log add constraint data_access_log_pkey PRIMARY KEY (id);

-- :: key export_jobs.export_jobs_pkey
alter table export_jobs add constraint export_jobs_pkey PRIMARY KEY (id);

-- :: key field_mappings.field_mappings_pkey
alter table field_mappings add constraint field_mappings_pkey PRIMARY KEY (id);

-- :: key field_mappings.field_mappings_source_company_id_field_key
alter table field_mappings add constraint field_mappings_source_company_id_field_key UNIQUE NULLS NOT DISTINCT (source, company_id, field);

-- :: key hand_over_clients.hand_over_clients_pkey
alter table hand_over_clients add constraint hand_over_clients_pkey PRIMARY KEY (hand_over_id, client_id);

-- :: key hand_overs.hand_overs_pkey
alter table hand_overs add constraint hand_overs_pkey PRIMARY KEY (id);

-- :: key idempotency_keys.idempotency_keys_pkey
alter table idempotency_keys add constraint idempotency_keys_pkey PRIMARY KEY (actor_id, key);

-- :: key job_queue.job_queue_pkey
alter table job_queue add constraint job_queue_pkey PRIMARY KEY (id);

-- :: key one_time_passwords.one_time_passwords_pkey
alter table one_time_passwords add constraint one_time_passwords_pkey PRIMARY KEY (id);

-- :: key one_time_passwords.one_time_passwords_token_key
alter table one_time_passwords add constraint one_time_passwords_token_key UNIQUE (token);

-- :: key par_statuses.par_statuses_code_key
alter table par_statuses add constraint par_statuses_code_key UNIQUE (code);

-- :: key par_statuses.par_statuses_pkey
alter table par_statuses add constraint par_statuses_pkey PRIMARY KEY (id);

-- :: key pension_types.pension_types_code_key
alter table pension_types add constraint pension_types_code_key UNIQUE (code);

-- :: key pension_types.pension_types_pkey
alter table pension_types add constraint pension_types_pkey PRIMARY KEY (id);

-- :: key pensioner_types.pensioner_types_code_key
alter table pensioner_types add constraint pensioner_types_code_key UNIQUE (code);

-- :: key pensioner_types.pensioner_types_pkey
alter table pensioner_types add constraint pensioner_types_pkey PRIMARY KEY (id);

-- :: key period_openings.period_openings_pkey
alter table period_openings add constraint period_openings_pkey PRIMARY KEY (id);

-- :: key period_seal_branches.period_seal_branches_pkey
alter table period_seal_branches add constraint period_seal_branches_pkey PRIMARY KEY (seal_id, branch_id);

-- :: key period_seal_rows.period_seal_rows_pkey
alter table period_seal_rows add constraint period_seal_rows_pkey PRIMARY KEY (seal_id, branch_id, client_code);

-- :: key period_seals.period_seals_company_id_period_key
alter table period_seals add constraint period_seals_company_id_period_key UNIQUE (company_id, period);

-- :: key period_seals.period_seals_pkey
alter table period_seals add constraint period_seals_pkey PRIMARY KEY (id);

-- :: key permissions.permissions_code_key
alter table permissions add constraint permissions_code_key UNIQUE (code);

-- :: key permissions.permissions_pkey
alter table permissions add constraint permissions_pkey PRIMARY KEY (id);

-- :: key products.products_code_key
alter table products add constraint products_code_key UNIQUE (code);

-- :: key products.products_id_company_id_key
alter table products add constraint products_id_company_id_key UNIQUE (id, company_id);

-- :: key products.products_pkey
alter table products add constraint products_pkey PRIMARY KEY (id);

-- :: key protected_columns.protected_columns_pkey
alter table protected_columns add constraint protected_columns_pkey PRIMARY KEY (source_column);

-- :: key purge_log.purge_log_pkey
alter table purge_log add constraint purge_log_pkey PRIMARY KEY (id);

-- :: key rate_limit_counts.rate_limit_counts_pkey
alter table rate_limit_counts add constraint rate_limit_counts_pkey PRIMARY KEY (key);

-- :: key role_grants.role_grants_pkey
alter table role_grants add constraint role_grants_pkey PRIMARY KEY (role_id, permission_id);

-- :: key roles.roles_code_key
alter table roles add constraint roles_code_key UNIQUE (code);

-- :: key roles.roles_pkey
alter table roles add constraint roles_pkey PRIMARY KEY (id);

-- :: key row_count_changes.row_count_changes_pkey
alter table row_count_changes add constraint row_count_changes_pkey PRIMARY KEY (id);

-- :: key row_count_folds.row_count_folds_pkey
alter table row_count_folds add constraint row_count_folds_pkey PRIMARY KEY (only_one);

-- :: key row_counts.row_counts_pkey
alter table row_counts add constraint row_counts_pkey PRIMARY KEY (id);

-- :: key scheduled_jobs.scheduled_jobs_name_key
alter table scheduled_jobs add constraint scheduled_jobs_name_key UNIQUE (name);

-- :: key scheduled_jobs.scheduled_jobs_pkey
alter table scheduled_jobs add constraint scheduled_jobs_pkey PRIMARY KEY (id);

-- :: key scope_keys.scope_keys_pkey
alter table scope_keys add constraint scope_keys_pkey PRIMARY KEY (name);

-- :: key sealed_remarks.sealed_remarks_pkey
alter table sealed_remarks add constraint sealed_remarks_pkey PRIMARY KEY (event_id);

-- :: key stand_ins.stand_ins_pkey
alter table stand_ins add constraint stand_ins_pkey PRIMARY KEY (id);

-- :: key status_events.status_events_pkey
alter table status_events add constraint status_events_pkey PRIMARY KEY (id);

-- :: key status_events.status_events_position_key
alter table status_events add constraint status_events_position_key UNIQUE ("position");

-- :: key status_events.status_events_sequence
alter table status_events add constraint status_events_sequence UNIQUE (client_period_status_id, event_sequence);

-- :: key status_reasons.status_reasons_code_key
alter table status_reasons add constraint status_reasons_code_key UNIQUE (code);

-- :: key status_reasons.status_reasons_id_status_type_id_key
alter table status_reasons add constraint status_reasons_id_status_type_id_key UNIQUE (id, status_type_id);

-- :: key status_reasons.status_reasons_pkey
alter table status_reasons add constraint status_reasons_pkey PRIMARY KEY (id);

-- :: key status_type_companies.status_type_companies_pkey
alter table status_type_companies add constraint status_type_companies_pkey PRIMARY KEY (status_type_id, company_id);

-- :: key status_types.status_types_code_key
alter table status_types add constraint status_types_code_key UNIQUE (code);

-- :: key status_types.status_types_pkey
alter table status_types add constraint status_types_pkey PRIMARY KEY (id);

-- :: key sync_jobs.sync_jobs_pkey
alter table sync_jobs add constraint sync_jobs_pkey PRIMARY KEY (id);

-- :: key sync_plans.sync_plans_pkey
alter table sync_plans add constraint sync_plans_pkey PRIMARY KEY (sync_job_id);

-- :: key sync_rejects.sync_rejects_pkey
alter table sync_rejects add constraint sync_rejects_pkey PRIMARY KEY (id);

-- :: key sync_rejects.sync_rejects_sync_job_id_row_number_key
alter table sync_rejects add constraint sync_rejects_sync_job_id_row_number_key UNIQUE (sync_job_id, row_number);

-- :: key sync_snapshots.sync_snapshots_pkey
alter table sync_snapshots add constraint sync_snapshots_pkey PRIMARY KEY (sync_job_id, row_number);

-- :: key sync_watermarks.sync_watermarks_pkey
alter table sync_watermarks add constraint sync_watermarks_pkey PRIMARY KEY (id);

-- :: key sync_watermarks.sync_watermarks_source_company_id_key
alter table sync_watermarks add constraint sync_watermarks_source_company_id_key UNIQUE NULLS NOT DISTINCT (source, company_id);

-- :: key user_areas.user_areas_pkey
alter table user_areas add constraint user_areas_pkey PRIMARY KEY (user_id, area_id);

-- :: key user_branches.user_branches_pkey
alter table user_branches add constraint user_branches_pkey PRIMARY KEY (user_id, branch_id);

-- :: key user_permissions.user_permissions_pkey
alter table user_permissions add constraint user_permissions_pkey PRIMARY KEY (id);

-- :: key user_permissions.user_permissions_user_id_permission_id_company_id_key
alter table user_permissions add constraint user_permissions_user_id_permission_id_company_id_key UNIQUE NULLS NOT DISTINCT (user_id, permission_id, company_id);

-- :: key user_roles.user_roles_pkey
alter table user_roles add constraint user_roles_pkey PRIMARY KEY (id);

-- :: key user_roles.user_roles_user_id_role_id_company_id_key
alter table user_roles add constraint user_roles_user_id_role_id_company_id_key UNIQUE NULLS NOT DISTINCT (user_id, role_id, company_id);

-- :: key user_sessions.user_sessions_pkey
alter table user_sessions add constraint user_sessions_pkey PRIMARY KEY (id);

-- :: key user_sessions.user_sessions_session_token_key
alter table user_sessions add constraint user_sessions_session_token_key UNIQUE (session_token);

-- :: key users.users_clerk_id_key
alter table users add constraint users_clerk_id_key UNIQUE (clerk_id);

-- :: key users.users_pkey
alter table users add constraint users_pkey PRIMARY KEY (id);

-- :: key webhook_events.webhook_events_pkey
alter table webhook_events add constraint webhook_events_pkey PRIMARY KEY (source, delivery_id);

-- :: check authorization_audit.authorization_audit_decision_check
alter table authorization_audit add constraint authorization_audit_decision_check CHECK ((decision = ANY (ARRAY['refused'::text, 'granted'::text, 'changed'::text, 'revoked'::text])));

-- :: check branches.branches_successor_check
alter table branches add constraint branches_successor_check CHECK (((successor_id IS NULL) OR ((deleted_at IS NOT NULL) AND (successor_id <> id))));

-- :: check client_assignments.client_assignments_check
alter table client_assignments add constraint client_assignments_check CHECK ((assigned_until >= assigned_from));

-- :: check client_assignments.client_assignments_check1
alter table client_assignments add constraint client_assignments_check1 CHECK (((assigned_until IS NOT NULL) OR ((ended_by IS NULL) AND (end_reason IS NULL))));

-- :: check client_assignments.client_assignments_end_reason_check
alter table client_assignments add constraint client_assignments_end_reason_check CHECK ((end_reason = ANY (ARRAY['reassigned'::text, 'released'::text, 'territory_lost'::text, 'deactivated'::text, 'moved'::text])));

-- :: check client_changes.client_changes_check
alter table client_changes add constraint client_changes_check CHECK ((old_value IS DISTINCT FROM new_value));

-- :: check client_period_status.client_period_status_counted
alter table client_period_status add constraint client_period_status_counted CHECK ((update_count <= version));

-- :: check client_period_status.client_period_status_exempt_cause_check
alter table client_period_status add constraint client_period_status_exempt_cause_check CHECK ((exempt_cause = ANY (ARRAY['terminal'::text, 'deleted'::text, 'inactive'::text, 'par_status'::text])));

-- :: check client_period_status.client_period_status_one_period
alter table client_period_status add constraint client_period_status_one_period CHECK (
CASE period_type
    WHEN 'monthly'::period_type THEN ((period_month IS NOT NULL) AND (period_quarter IS NULL))
    ELSE ((period_quarter IS NOT NULL) AND (period_month IS NULL))
END);

-- :: check client_period_status.client_period_status_period_month_check
alter table client_period_status add constraint client_period_status_period_month_check CHECK (((period_month >= 1) AND (period_month <= 12)));

-- :: check client_period_status.client_period_status_period_quarter_check
alter table client_period_status add constraint client_period_status_period_quarter_check CHECK (((period_quarter >= 1) AND (period_quarter <= 4)));

-- :: check client_period_status.client_period_status_period_year_check
alter table client_period_status add constraint client_period_status_period_year_check CHECK (((period_year >= 2000) AND (period_year <= 2999)));

-- :: check client_period_status.client_period_status_promise
alter table client_period_status add constraint client_period_status_promise CHECK (((promised_amount IS NULL) OR (promised_on IS NOT NULL)));

-- :: check client_period_status.client_period_status_promised_amount_check
alter table client_period_status add constraint client_period_status_promised_amount_check CHECK ((promised_amount > (0)::numeric));

-- :: check client_period_status.client_period_status_remarks_check
alter table client_period_status add constraint client_period_status_remarks_check CHECK (((remarks = btrim(remarks, '



'::text)) AND (length(remarks) <= 4000)));

-- :: check client_period_status.client_period_status_terminal
alter table client_period_status add constraint client_period_status_terminal CHECK ((is_terminal = (terminal_at IS NOT NULL)));

-- :: check client_period_status.client_period_status_update_count_check
alter table client_period_status add constraint client_period_status_update_count_check CHECK ((update_count >= 0));

-- :: check client_period_status.client_period_status_version_check
alter table client_period_status add constraint client_period_status_version_check CHECK ((version >= 0));

-- :: check client_sources.client_sources_missing_count_check
alter table client_sources add constraint client_sources_missing_count_check CHECK ((missing_count >= 0));

-- :: check client_sync_history.client_sync_history_check
alter table client_sync_history add constraint client_sync_history_check CHECK (((old_value IS DISTINCT FROM new_value) OR ((field_changed)::text = 'pension_number'::text)));

-- :: check clients.clients_check
alter table clients add constraint clients_check CHECK ((num_nonnulls(pension_number, pension_blind_index, pension_last4) = ANY (ARRAY[0, 3])));

-- :: check config_audit_log.config_audit_log_action_check
alter table config_audit_log add constraint config_audit_log_action_check CHECK ((action = ANY (ARRAY['create'::text, 'update'::text, 'delete'::text])));

-- :: check config_audit_log.config_audit_log_check
alter table config_audit_log add constraint config_audit_log_check CHECK (((action <> 'create'::text) OR (old_values IS NULL)));

-- :: check config_audit_log.config_audit_log_check1
alter table config_audit_log add constraint config_audit_log_check1 CHECK (((action <> 'delete'::text) OR (new_values IS NULL)));

-- :: check config_options.config_options_check
alter table config_options add constraint config_options_check CHECK ((parent_option_id <> id));

-- :: check config_settings.config_settings_check
alter table config_settings add constraint config_settings_check CHECK (
CASE value_type
    WHEN 'number'::value_type THEN (value ~ '^-?\d+(\.\d+)?$'::text)
    WHEN 'boolean'::value_type THEN (value = ANY (ARRAY['true'::text, 'false'::text]))
    WHEN 'json'::value_type THEN (jsonb_typeof((value)::jsonb) IS NOT NULL)
    ELSE true
END);

-- :: check configuration_generation.configuration_generation_singleton_check
alter table configuration_generation add constraint configuration_generation_singleton_check CHECK (singleton);

-- :: check data_access_log.data_access_log_action_check
alter table data_access_log add constraint data_access_log_action_check CHECK ((action = ANY (ARRAY['revealed'::text, 'viewed'::text, 'exported'::text, 'blanked'::text])));

-- :: check data_access_log.data_access_log_check
alter table data_access_log add constraint data_access_log_check CHECK (((action <> ALL (ARRAY['revealed'::text, 'blanked'::text])) OR (client_id IS NOT NULL)));

-- :: check data_access_log.data_access_log_row_count_check
alter table data_access_log add constraint data_access_log_row_count_check CHECK ((row_count >= 0));

-- :: check export_jobs.export_jobs_row_count_check
alter table export_jobs add constraint export_jobs_row_count_check CHECK ((row_count >= 0));

-- :: check export_jobs.export_jobs_type_check
alter table export_jobs add constraint export_jobs_type_check CHECK (((type)::text = ANY (ARRAY['clients'::text, 'status'::text, 'report'::text])));

-- :: check field_mappings.field_mappings_transform_check
alter table field_mappings add constraint field_mappings_transform_check CHECK ((jsonb_typeof(transform) = 'array'::text));

-- :: check idempotency_keys.idempotency_keys_check
alter table idempotency_keys add constraint idempotency_keys_check CHECK ((expires_at > created_at));

-- :: check job_queue.job_queue_attempts_check
alter table job_queue add constraint job_queue_attempts_check CHECK ((attempts >= 0));

-- :: check job_queue.job_queue_check
alter table job_queue add constraint job_queue_check CHECK (((status = 'processing'::job_status) = (worker IS NOT NULL)));

-- :: check job_queue.job_queue_check1
alter table job_queue add constraint job_queue_check1 CHECK (((worker IS NULL) = (lease_expires_at IS NULL)));

-- :: check job_queue.job_queue_max_attempts_check
alter table job_queue add constraint job_queue_max_attempts_check CHECK ((max_attempts > 0));

-- :: check one_time_passwords.one_time_passwords_check
alter table one_time_passwords add constraint one_time_passwords_check CHECK (((kind = 'reset'::text) = (token IS NOT NULL)));

-- :: check one_time_passwords.one_time_passwords_kind_check
alter table one_time_passwords add constraint one_time_passwords_kind_check CHECK ((kind = ANY (ARRAY['initial'::text, 'reset'::text])));

-- :: check period_openings.period_openings_check
alter table period_openings add constraint period_openings_check CHECK (
CASE period_type
    WHEN 'monthly'::period_type THEN ((period_month IS NOT NULL) AND (period_quarter IS NULL))
    ELSE ((period_quarter IS NOT NULL) AND (period_month IS NULL))
END);

-- :: check period_openings.period_openings_clients_unmapped_check
alter table period_openings add constraint period_openings_clients_unmapped_check CHECK ((clients_unmapped >= 0));

-- :: check period_openings.period_openings_period_month_check
alter table period_openings add constraint period_openings_period_month_check CHECK (((period_month >= 1) AND (period_month <= 12)));

-- :: check period_openings.period_openings_period_quarter_check
alter table period_openings add constraint period_openings_period_quarter_check CHECK (((period_quarter >= 1) AND (period_quarter <= 4)));

-- :: check period_openings.period_openings_period_year_check
alter table period_openings add constraint period_openings_period_year_check CHECK (((period_year >= 2000) AND (period_year <= 2999)));

-- :: check period_openings.period_openings_rows_opened_check
alter table period_openings add constraint period_openings_rows_opened_check CHECK ((rows_opened >= 0));

-- :: check period_seal_branches.period_seal_branches_root_check
alter table period_seal_branches add constraint period_seal_branches_root_check CHECK ((octet_length(root) = 32));

-- :: check period_seal_branches.period_seal_branches_row_count_check
alter table period_seal_branches add constraint period_seal_branches_row_count_check CHECK ((row_count > 0));

-- :: check period_seal_rows.period_seal_rows_last_sequence_check
alter table period_seal_rows add constraint period_seal_rows_last_sequence_check CHECK ((last_sequence >= 0));

-- :: check period_seal_rows.period_seal_rows_leaf_check
alter table period_seal_rows add constraint period_seal_rows_leaf_check CHECK ((octet_length(leaf) = 32));

-- :: check period_seals.period_seals_check
alter table period_seals add constraint period_seals_check CHECK (((previous_period IS NULL) = (previous_root IS NULL)));

-- :: check period_seals.period_seals_previous_root_check
alter table period_seals add constraint period_seals_previous_root_check CHECK ((octet_length(previous_root) = 32));

-- :: check period_seals.period_seals_root_check
alter table period_seals add constraint period_seals_root_check CHECK ((octet_length(root) = 32));

-- :: check period_seals.period_seals_row_count_check
alter table period_seals add constraint period_seals_row_count_check CHECK ((row_count > 0));

-- :: check permissions.permissions_check
alter table permissions add constraint permissions_check CHECK ((((code)::text = (((resource)::text || ':'::text) || (action)::text)) AND ((resource)::text !~ ':'::text)));

-- :: check protected_columns.protected_columns_source_column_check
alter table protected_columns add constraint protected_columns_source_column_check CHECK (((source_column)::text = lower(btrim((source_column)::text))));

-- :: check purge_log.purge_log_rows_removed_check
alter table purge_log add constraint purge_log_rows_removed_check CHECK ((rows_removed >= 0));

-- :: check rate_limit_counts.rate_limit_counts_key_check
alter table rate_limit_counts add constraint rate_limit_counts_key_check CHECK ((octet_length(key) = 32));

-- :: check roles.roles_code_check
alter table roles add constraint roles_code_check CHECK (((code)::text ~ '^[a-z][a-z0-9_]*$'::text));

-- :: check row_count_folds.row_count_folds_only_one_check
alter table row_count_folds add constraint row_count_folds_only_one_check CHECK (only_one);

-- :: check row_counts.row_counts_view_check
alter table row_counts add constraint row_counts_view_check CHECK ((view = ANY (ARRAY['standing'::text, 'product'::text, 'credit'::text, 'day'::text])));

-- :: check scheduled_jobs.scheduled_jobs_cron_expression_check
alter table scheduled_jobs add constraint scheduled_jobs_cron_expression_check CHECK (((cron_expression)::text ~ '^\S+( \S+){4}$'::text));

-- :: check sealed_remarks.sealed_remarks_digest_check
alter table sealed_remarks add constraint sealed_remarks_digest_check CHECK ((octet_length(digest) = 32));

-- :: check sealed_remarks.sealed_remarks_salt_check
alter table sealed_remarks add constraint sealed_remarks_salt_check CHECK ((octet_length(salt) = 16));

-- :: check stand_ins.stand_ins_check
alter table stand_ins add constraint stand_ins_check CHECK ((stand_in_id <> officer_id));

-- :: check stand_ins.stand_ins_check1
alter table stand_ins add constraint stand_ins_check1 CHECK ((ends_at > starts_at));

-- :: check stand_ins.stand_ins_check2
alter table stand_ins add constraint stand_ins_check2 CHECK (((ended_by IS NULL) = (ended_at IS NULL)));

-- :: check status_events.status_events_channel_check
alter table status_events add constraint status_events_channel_check CHECK ((channel = ANY (ARRAY['call'::text, 'visit'::text, 'message'::text, 'walk_in'::text])));

-- :: check status_events.status_events_event_sequence_check
alter table status_events add constraint status_events_event_sequence_check CHECK ((event_sequence >= 0));

-- :: check status_events.status_events_exempt_cause_check
alter table status_events add constraint status_events_exempt_cause_check CHECK ((exempt_cause = ANY (ARRAY['terminal'::text, 'deleted'::text, 'inactive'::text, 'par_status'::text])));

-- :: check status_events.status_events_exempted
alter table status_events add constraint status_events_exempted CHECK (((kind = 'exempted'::text) = (exempt_cause IS NOT NULL)));

-- :: check status_events.status_events_kind_check
alter table status_events add constraint status_events_kind_check CHECK ((kind = ANY (ARRAY['opened'::text, 'recorded'::text, 'payment'::text, 'reopened'::text, 'voided'::text, 'exempted'::text, 'restored'::text, 'moved'::text, 'revived'::text])));

-- :: check status_events.status_events_opened
alter table status_events add constraint status_events_opened CHECK (((kind = 'opened'::text) = (event_sequence = 0)));

-- :: check status_events.status_events_payment
alter table status_events add constraint status_events_payment CHECK (((kind <> 'payment'::text) OR (has_payment IS TRUE)));

-- :: check status_events.status_events_person
alter table status_events add constraint status_events_person CHECK (((created_by IS NOT NULL) OR (kind <> ALL (ARRAY['recorded'::text, 'reopened'::text, 'voided'::text, 'revived'::text]))));

-- :: check status_events.status_events_promise
alter table status_events add constraint status_events_promise CHECK (((promised_amount IS NULL) OR (promised_on IS NOT NULL)));

-- :: check status_events.status_events_promised_amount_check
alter table status_events add constraint status_events_promised_amount_check CHECK ((promised_amount > (0)::numeric));

-- :: check status_events.status_events_reason
alter table status_events add constraint status_events_reason CHECK (((reason_id IS NULL) OR (kind = 'recorded'::text)));

-- :: check status_events.status_events_remarks_check
alter table status_events add constraint status_events_remarks_check CHECK (((remarks = btrim(remarks, '



'::text)) AND (length(remarks) <= 4000)));

-- :: check status_events.status_events_terminal
alter table status_events add constraint status_events_terminal CHECK (((NOT is_terminal) OR (reason_id IS NOT NULL)));

-- :: check status_events.status_events_voided
alter table status_events add constraint status_events_voided CHECK ((((kind = 'voided'::text) = (voids IS NOT NULL)) AND (voids < event_sequence)));

-- :: check status_events.status_events_voids_check
alter table status_events add constraint status_events_voids_check CHECK ((voids > 0));

-- :: check sync_jobs.sync_jobs_check
alter table sync_jobs add constraint sync_jobs_check CHECK (((approved_by IS NULL) = (approved_at IS NULL)));

-- :: check sync_rejects.sync_rejects_check
alter table sync_rejects add constraint sync_rejects_check CHECK (((replayed_at IS NULL) = (replayed_by_job_id IS NULL)));

-- :: check sync_rejects.sync_rejects_reasons_check
alter table sync_rejects add constraint sync_rejects_reasons_check CHECK (((jsonb_typeof(reasons) = 'array'::text) AND (reasons <> '[]'::jsonb)));

-- :: check user_permissions.user_permissions_check
alter table user_permissions add constraint user_permissions_check CHECK ((by_role OR (direct_scope IS NULL)));

-- :: check user_sessions.user_sessions_check
alter table user_sessions add constraint user_sessions_check CHECK ((expires_at > created_at));

-- :: check user_sessions.user_sessions_check1
alter table user_sessions add constraint user_sessions_check1 CHECK ((expires_at <= (created_at + '8784:00:00'::interval)));

-- :: check user_sessions.user_sessions_kind_check
alter table user_sessions add constraint user_sessions_kind_check CHECK ((kind = ANY (ARRAY['person'::text, 'service'::text])));

-- :: check users.users_failed_login_count_check
alter table users add constraint users_failed_login_count_check CHECK ((failed_login_count >= 0));

-- :: check users.users_login_count_check
alter table users add constraint users_login_count_check CHECK ((login_count >= 0));

-- :: reference account_types.account_types_created_by_fkey
alter table account_types add constraint account_types_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id);

-- :: reference activity_logs.activity_logs_user_id_fkey
alter table activity_logs add constraint activity_logs_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);

-- :: reference area_branches.area_branches_area_id_fkey
alter table area_branches add constraint area_branches_area_id_fkey FOREIGN KEY (area_id) REFERENCES areas(id);

-- :: reference area_branches.area_branches_branch_id_fkey
alter table area_branches add constraint area_branches_branch_id_fkey FOREIGN KEY (branch_id) REFERENCES branches(id);

-- :: reference areas.areas_company_id_fkey
alter table areas add constraint areas_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id);

-- :: reference authorization_audit.authorization_audit_actor_id_fkey
alter table authorization_audit add constraint authorization_audit_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES users(id);

-- :: reference authorization_audit.authorization_audit_company_id_fkey
alter table authorization_audit add constraint authorization_audit_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id);

-- :: reference authorization_audit.authorization_audit_subject_user_id_fkey
alter table authorization_audit add constraint authorization_audit_subject_user_id_fkey FOREIGN KEY (subject_user_id) REFERENCES users(id);

-- :: reference branch_contacts.branch_contacts_branch_id_fkey
alter table branch_contacts add constraint branch_contacts_branch_id_fkey FOREIGN KEY (branch_id) REFERENCES branches(id);

-- :: reference branches.branches_successor_id_fkey
alter table branches add constraint branches_successor_id_fkey FOREIGN KEY (successor_id) REFERENCES branches(id);

-- :: reference client_assignments.client_assignments_assigned_by_fkey
alter table client_assignments add constraint client_assignments_assigned_by_fkey FOREIGN KEY (assigned_by) REFERENCES users(id);

-- :: reference client_assignments.client_assignments_client_id_fkey
alter table client_assignments add constraint client_assignments_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id) ON DELETE RESTRICT;

-- :: reference client_assignments.client_assignments_ended_by_fkey
alter table client_assignments add constraint client_assignments_ended_by_fkey FOREIGN KEY (ended_by) REFERENCES users(id);

-- :: reference client_assignments.client_assignments_officer_id_fkey
alter table client_assignments add constraint client_assignments_officer_id_fkey FOREIGN KEY (officer_id) REFERENCES users(id);

-- :: reference client_changes.client_changes_changed_by_fkey
alter table client_changes add constraint client_changes_changed_by_fkey FOREIGN KEY (changed_by) REFERENCES users(id);

-- :: reference client_changes.client_changes_client_id_fkey
alter table client_changes add constraint client_changes_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id) ON DELETE RESTRICT;

-- :: reference client_period_status.client_period_status_branch_id_fkey
alter table client_period_status add constraint client_period_status_branch_id_fkey FOREIGN KEY (branch_id) REFERENCES branches(id);

-- :: reference client_period_status.client_period_status_client_id_fkey
alter table client_period_status add constraint client_period_status_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id) ON DELETE RESTRICT;

-- :: reference client_period_status.client_period_status_company_status
alter table client_period_status add constraint client_period_status_company_status FOREIGN KEY (status_type_id, company_id) REFERENCES status_type_companies(status_type_id, company_id);

-- :: reference client_period_status.client_period_status_reason_of_status
alter table client_period_status add constraint client_period_status_reason_of_status FOREIGN KEY (reason_id, status_type_id) REFERENCES status_reasons(id, status_type_id);

-- :: reference client_period_status.client_period_status_updated_by_fkey
alter table client_period_status add constraint client_period_status_updated_by_fkey FOREIGN KEY (updated_by) REFERENCES users(id);

-- :: reference client_sources.client_sources_client_id_fkey
alter table client_sources add constraint client_sources_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id) ON DELETE RESTRICT;

-- :: reference client_sources.client_sources_last_seen_job_id_fkey
alter table client_sources add constraint client_sources_last_seen_job_id_fkey FOREIGN KEY (last_seen_job_id) REFERENCES sync_jobs(id);

-- :: reference client_sync_history.client_sync_history_client_id_fkey
alter table client_sync_history add constraint client_sync_history_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id) ON DELETE RESTRICT;

-- :: reference client_sync_history.client_sync_history_sync_job_id_fkey
alter table client_sync_history add constraint client_sync_history_sync_job_id_fkey FOREIGN KEY (sync_job_id) REFERENCES sync_jobs(id);

-- :: reference client_words.client_words_client_id_fkey
alter table client_words add constraint client_words_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id) ON DELETE RESTRICT;

-- :: reference clients.clients_account_type_id_fkey
alter table clients add constraint clients_account_type_id_fkey FOREIGN KEY (account_type_id) REFERENCES account_types(id);

-- :: reference clients.clients_assigned_to_fkey
alter table clients add constraint clients_assigned_to_fkey FOREIGN KEY (assigned_to) REFERENCES users(id);

-- :: reference clients.clients_branch_id_fkey
alter table clients add constraint clients_branch_id_fkey FOREIGN KEY (branch_id) REFERENCES branches(id);

-- :: reference clients.clients_company_id_fkey
alter table clients add constraint clients_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id);

-- :: reference clients.clients_par_status_id_fkey
alter table clients add constraint clients_par_status_id_fkey FOREIGN KEY (par_status_id) REFERENCES par_statuses(id);

-- :: reference clients.clients_pension_type_id_fkey
alter table clients add constraint clients_pension_type_id_fkey FOREIGN KEY (pension_type_id) REFERENCES pension_types(id);

-- :: reference clients.clients_pensioner_type_id_fkey
alter table clients add constraint clients_pensioner_type_id_fkey FOREIGN KEY (pensioner_type_id) REFERENCES pensioner_types(id);

-- :: reference clients.clients_product_id_company_id_fkey
alter table clients add constraint clients_product_id_company_id_fkey FOREIGN KEY (product_id, company_id) REFERENCES products(id, company_id);

-- :: reference companies.companies_created_by_fkey
alter table companies add constraint companies_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id);

-- :: reference config_audit_log.config_audit_log_changed_by_fkey
alter table config_audit_log add constraint config_audit_log_changed_by_fkey FOREIGN KEY (changed_by) REFERENCES users(id);

-- :: reference config_options.config_options_category_id_fkey
alter table config_options add constraint config_options_category_id_fkey FOREIGN KEY (category_id) REFERENCES config_categories(id);

-- :: reference config_options.config_options_company_id_fkey
alter table config_options add constraint config_options_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id);

-- :: reference config_options.config_options_created_by_fkey
alter table config_options add constraint config_options_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id);

-- :: reference config_options.config_options_parent_option_id_fkey
alter table config_options add constraint config_options_parent_option_id_fkey FOREIGN KEY (parent_option_id) REFERENCES config_options(id);

-- :: reference config_settings.config_settings_company_id_fkey
alter table config_settings add constraint config_settings_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id);

-- :: reference config_settings.config_settings_updated_by_fkey
alter table config_settings add constraint config_settings_updated_by_fkey FOREIGN KEY (updated_by) REFERENCES users(id);

-- :: reference data_access_log.data_access_log_actor_id_fkey
alter table data_access_log add constraint data_access_log_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES users(id);

-- :: reference data_access_log.data_access_log_client_id_fkey
alter table data_access_log add constraint data_access_log_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id) ON DELETE RESTRICT;

-- :: reference data_access_log.data_access_log_company_id_fkey
alter table data_access_log add constraint data_access_log_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id);

-- :: reference export_jobs.export_jobs_company_id_fkey
alter table export_jobs add constraint export_jobs_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id);

-- :: reference export_jobs.export_jobs_created_by_fkey
alter table export_jobs add constraint export_jobs_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id);

-- :: reference export_jobs.export_jobs_job_id_fkey
alter table export_jobs add constraint export_jobs_job_id_fkey FOREIGN KEY (job_id) REFERENCES job_queue(id) ON DELETE SET NULL;

-- :: reference field_mappings.field_mappings_company_id_fkey
alter table field_mappings add constraint field_mappings_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id);

-- :: reference hand_over_clients.hand_over_clients_client_id_fkey
alter table hand_over_clients add constraint hand_over_clients_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id) ON DELETE RESTRICT;

-- :: reference hand_over_clients.hand_over_clients_hand_over_id_fkey
alter table hand_over_clients add constraint hand_over_clients_hand_over_id_fkey FOREIGN KEY (hand_over_id) REFERENCES hand_overs(id);

-- :: reference hand_over_clients.hand_over_clients_officer_id_fkey
alter table hand_over_clients add constraint hand_over_clients_officer_id_fkey FOREIGN KEY (officer_id) REFERENCES users(id);

-- :: reference hand_overs.hand_overs_created_by_fkey
alter table hand_overs add constraint hand_overs_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id);

-- :: reference hand_overs.hand_overs_officer_id_fkey
alter table hand_overs add constraint hand_overs_officer_id_fkey FOREIGN KEY (officer_id) REFERENCES users(id);

-- :: reference hand_overs.hand_overs_undone_by_fkey
alter table hand_overs add constraint hand_overs_undone_by_fkey FOREIGN KEY (undone_by) REFERENCES users(id);

-- :: reference job_queue.job_queue_company_id_fkey
alter table job_queue add constraint job_queue_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id);

-- :: reference job_queue.job_queue_created_by_fkey
alter table job_queue add constraint job_queue_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id);

-- :: reference one_time_passwords.one_time_passwords_issued_by_fkey
alter table one_time_passwords add constraint one_time_passwords_issued_by_fkey FOREIGN KEY (issued_by) REFERENCES users(id);

-- :: reference one_time_passwords.one_time_passwords_user_id_fkey
alter table one_time_passwords add constraint one_time_passwords_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);

-- :: reference par_statuses.par_statuses_created_by_fkey
alter table par_statuses add constraint par_statuses_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id);

-- :: reference pension_types.pension_types_company_id_fkey
alter table pension_types add constraint pension_types_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id);

-- :: reference pension_types.pension_types_created_by_fkey
alter table pension_types add constraint pension_types_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id);

-- :: reference pensioner_types.pensioner_types_created_by_fkey
alter table pensioner_types add constraint pensioner_types_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id);

-- :: reference pensioner_types.pensioner_types_pension_type_id_fkey
alter table pensioner_types add constraint pensioner_types_pension_type_id_fkey FOREIGN KEY (pension_type_id) REFERENCES pension_types(id);

-- :: reference period_openings.period_openings_opened_by_fkey
alter table period_openings add constraint period_openings_opened_by_fkey FOREIGN KEY (opened_by) REFERENCES users(id);

-- :: reference period_seal_branches.period_seal_branches_branch_id_fkey
alter table period_seal_branches add constraint period_seal_branches_branch_id_fkey FOREIGN KEY (branch_id) REFERENCES branches(id);

-- :: reference period_seal_branches.period_seal_branches_seal_id_fkey
alter table period_seal_branches add constraint period_seal_branches_seal_id_fkey FOREIGN KEY (seal_id) REFERENCES period_seals(id) DEFERRABLE INITIALLY DEFERRED;

-- :: reference period_seal_rows.period_seal_rows_branch_id_fkey
alter table period_seal_rows add constraint period_seal_rows_branch_id_fkey FOREIGN KEY (branch_id) REFERENCES branches(id);

-- :: reference period_seal_rows.period_seal_rows_client_id_fkey
alter table period_seal_rows add constraint period_seal_rows_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients(id) ON DELETE RESTRICT;

-- :: reference period_seal_rows.period_seal_rows_client_period_status_id_fkey
alter table period_seal_rows add constraint period_seal_rows_client_period_status_id_fkey FOREIGN KEY (client_period_status_id) REFERENCES client_period_status(id) ON DELETE RESTRICT;

-- :: reference period_seal_rows.period_seal_rows_seal_id_fkey
alter table period_seal_rows add constraint period_seal_rows_seal_id_fkey FOREIGN KEY (seal_id) REFERENCES period_seals(id) DEFERRABLE INITIALLY DEFERRED;

-- :: reference period_seals.period_seals_company_id_fkey
alter table period_seals add constraint period_seals_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id);

-- :: reference products.products_company_id_fkey
alter table products add constraint products_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id);

-- :: reference products.products_created_by_fkey
alter table products add constraint products_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id);

-- :: reference role_grants.role_grants_permission_id_fkey
alter table role_grants add constraint role_grants_permission_id_fkey FOREIGN KEY (permission_id) REFERENCES permissions(id);

-- :: reference role_grants.role_grants_role_id_fkey
alter table role_grants add constraint role_grants_role_id_fkey FOREIGN KEY (role_id) REFERENCES roles(id) ON DELETE CASCADE;

-- :: reference roles.roles_created_by_fkey
alter table roles add constraint roles_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id);

-- :: reference sealed_remarks.sealed_remarks_event_id_fkey
alter table sealed_remarks add constraint sealed_remarks_event_id_fkey FOREIGN KEY (event_id) REFERENCES status_events(id) ON DELETE RESTRICT;

-- :: reference stand_ins.stand_ins_created_by_fkey
alter table stand_ins add constraint stand_ins_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id);

-- :: reference stand_ins.stand_ins_ended_by_fkey
alter table stand_ins add constraint stand_ins_ended_by_fkey FOREIGN KEY (ended_by) REFERENCES users(id);

-- :: reference stand_ins.stand_ins_officer_id_fkey
alter table stand_ins add constraint stand_ins_officer_id_fkey FOREIGN KEY (officer_id) REFERENCES users(id);

-- :: reference stand_ins.stand_ins_stand_in_id_fkey
alter table stand_ins add constraint stand_ins_stand_in_id_fkey FOREIGN KEY (stand_in_id) REFERENCES users(id);

-- :: reference status_events.status_events_branch_id_fkey
alter table status_events add constraint status_events_branch_id_fkey FOREIGN KEY (branch_id) REFERENCES branches(id);

-- :: reference status_events.status_events_client_period_status_id_fkey
alter table status_events add constraint status_events_client_period_status_id_fkey FOREIGN KEY (client_period_status_id) REFERENCES client_period_status(id) ON DELETE RESTRICT;

-- :: reference status_events.status_events_company_status
alter table status_events add constraint status_events_company_status FOREIGN KEY (status_type_id, company_id) REFERENCES status_type_companies(status_type_id, company_id);

-- :: reference status_events.status_events_created_by_fkey
alter table status_events add constraint status_events_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id);

-- :: reference status_events.status_events_reason_of_status
alter table status_events add constraint status_events_reason_of_status FOREIGN KEY (reason_id, status_type_id) REFERENCES status_reasons(id, status_type_id);

-- :: reference status_events.status_events_voids_event
alter table status_events add constraint status_events_voids_event FOREIGN KEY (client_period_status_id, voids) REFERENCES status_events(client_period_status_id, event_sequence);

-- :: reference status_reasons.status_reasons_created_by_fkey
alter table status_reasons add constraint status_reasons_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id);

-- :: reference status_reasons.status_reasons_status_type_id_fkey
alter table status_reasons add constraint status_reasons_status_type_id_fkey FOREIGN KEY (status_type_id) REFERENCES status_types(id);

-- :: reference status_type_companies.status_type_companies_company_id_fkey
alter table status_type_companies add constraint status_type_companies_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id) ON DELETE CASCADE;

-- :: reference status_type_companies.status_type_companies_status_type_id_fkey
alter table status_type_companies add constraint status_type_companies_status_type_id_fkey FOREIGN KEY (status_type_id) REFERENCES status_types(id) ON DELETE CASCADE;

-- :: reference status_types.status_types_company_id_fkey
alter table status_types add constraint status_types_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id);

-- :: reference status_types.status_types_created_by_fkey
alter table status_types add constraint status_types_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id);

-- :: reference sync_jobs.sync_jobs_approved_by_fkey
alter table sync_jobs add constraint sync_jobs_approved_by_fkey FOREIGN KEY (approved_by) REFERENCES users(id);

-- :: reference sync_jobs.sync_jobs_company_id_fkey
alter table sync_jobs add constraint sync_jobs_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id);

-- :: reference sync_jobs.sync_jobs_created_by_fkey
alter table sync_jobs add constraint sync_jobs_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id);

-- :: reference sync_jobs.sync_jobs_superseded_by_fkey
alter table sync_jobs add constraint sync_jobs_superseded_by_fkey FOREIGN KEY (superseded_by) REFERENCES sync_jobs(id);

-- :: reference sync_plans.sync_plans_company_id_fkey
alter table sync_plans add constraint sync_plans_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id);

-- :: reference sync_plans.sync_plans_sync_job_id_fkey
alter table sync_plans add constraint sync_plans_sync_job_id_fkey FOREIGN KEY (sync_job_id) REFERENCES sync_jobs(id);

-- :: reference sync_rejects.sync_rejects_company_id_fkey
alter table sync_rejects add constraint sync_rejects_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id);

-- :: reference sync_rejects.sync_rejects_replayed_by_job_id_fkey
alter table sync_rejects add constraint sync_rejects_replayed_by_job_id_fkey FOREIGN KEY (replayed_by_job_id) REFERENCES sync_jobs(id);

-- :: reference sync_rejects.sync_rejects_sync_job_id_fkey
alter table sync_rejects add constraint sync_rejects_sync_job_id_fkey FOREIGN KEY (sync_job_id) REFERENCES sync_jobs(id);

-- :: reference sync_snapshots.sync_snapshots_company_id_fkey
alter table sync_snapshots add constraint sync_snapshots_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id);

-- :: reference sync_snapshots.sync_snapshots_sync_job_id_fkey
alter table sync_snapshots add constraint sync_snapshots_sync_job_id_fkey FOREIGN KEY (sync_job_id) REFERENCES sync_jobs(id);

-- :: reference sync_watermarks.sync_watermarks_company_id_fkey
alter table sync_watermarks add constraint sync_watermarks_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id);

-- :: reference sync_watermarks.sync_watermarks_sync_job_id_fkey
alter table sync_watermarks add constraint sync_watermarks_sync_job_id_fkey FOREIGN KEY (sync_job_id) REFERENCES sync_jobs(id);

-- :: reference user_areas.user_areas_area_id_fkey
alter table user_areas add constraint user_areas_area_id_fkey FOREIGN KEY (area_id) REFERENCES areas(id);

-- :: reference user_areas.user_areas_granted_by_fkey
alter table user_areas add constraint user_areas_granted_by_fkey FOREIGN KEY (granted_by) REFERENCES users(id);

-- :: reference user_areas.user_areas_user_id_fkey
alter table user_areas add constraint user_areas_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);

-- :: reference user_branches.user_branches_branch_id_fkey
alter table user_branches add constraint user_branches_branch_id_fkey FOREIGN KEY (branch_id) REFERENCES branches(id);

-- :: reference user_branches.user_branches_granted_by_fkey
alter table user_branches add constraint user_branches_granted_by_fkey FOREIGN KEY (granted_by) REFERENCES users(id);

-- :: reference user_branches.user_branches_user_id_fkey
alter table user_branches add constraint user_branches_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);

-- :: reference user_permissions.user_permissions_company_id_fkey
alter table user_permissions add constraint user_permissions_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id);

-- :: reference user_permissions.user_permissions_granted_by_fkey
alter table user_permissions add constraint user_permissions_granted_by_fkey FOREIGN KEY (granted_by) REFERENCES users(id);

-- :: reference user_permissions.user_permissions_permission_id_fkey
alter table user_permissions add constraint user_permissions_permission_id_fkey FOREIGN KEY (permission_id) REFERENCES permissions(id);

-- :: reference user_permissions.user_permissions_user_id_fkey
alter table user_permissions add constraint user_permissions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);

-- :: reference user_roles.user_roles_company_id_fkey
alter table user_roles add constraint user_roles_company_id_fkey FOREIGN KEY (company_id) REFERENCES companies(id);

-- :: reference user_roles.user_roles_granted_by_fkey
alter table user_roles add constraint user_roles_granted_by_fkey FOREIGN KEY (granted_by) REFERENCES users(id);

-- :: reference user_roles.user_roles_role_id_fkey
alter table user_roles add constraint user_roles_role_id_fkey FOREIGN KEY (role_id) REFERENCES roles(id);

-- :: reference user_roles.user_roles_user_id_fkey
alter table user_roles add constraint user_roles_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);

-- :: reference user_sessions.user_sessions_issued_by_fkey
alter table user_sessions add constraint user_sessions_issued_by_fkey FOREIGN KEY (issued_by) REFERENCES users(id);

-- :: reference user_sessions.user_sessions_user_id_fkey
alter table user_sessions add constraint user_sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);

-- :: reference users.users_password_issued_by_fkey
alter table users add constraint users_password_issued_by_fkey FOREIGN KEY (password_issued_by) REFERENCES users(id);

-- :: index account_types_created_by_idx
CREATE INDEX account_types_created_by_idx ON public.account_types USING btree (created_by);

-- :: index activity_logs_action_idx
CREATE INDEX activity_logs_action_idx ON public.activity_logs USING btree (action, created_at) WHERE ((action)::text <> 'status.record'::text);

-- :: index activity_logs_created_at_idx
CREATE INDEX activity_logs_created_at_idx ON public.activity_logs USING btree (created_at);

-- :: index activity_logs_resource_idx
CREATE INDEX activity_logs_resource_idx ON public.activity_logs USING btree (resource, resource_id, created_at);

-- :: index activity_logs_user_id_idx
CREATE INDEX activity_logs_user_id_idx ON public.activity_logs USING btree (user_id, created_at);

-- :: index area_branches_branch_id_idx
CREATE INDEX area_branches_branch_id_idx ON public.area_branches USING btree (branch_id);

-- :: index area_branches_one_primary
CREATE UNIQUE INDEX area_branches_one_primary ON public.area_branches USING btree (branch_id) WHERE is_primary;

-- :: index areas_company_id_idx
CREATE INDEX areas_company_id_idx ON public.areas USING btree (company_id);

-- :: index authorization_audit_actor_id_idx
CREATE INDEX authorization_audit_actor_id_idx ON public.authorization_audit USING btree (actor_id, decided_at);

-- :: index authorization_audit_company_id_idx
CREATE INDEX authorization_audit_company_id_idx ON public.authorization_audit USING btree (company_id, decided_at);

-- :: index authorization_audit_decided_at_idx
CREATE INDEX authorization_audit_decided_at_idx ON public.authorization_audit USING btree (decided_at);

-- :: index authorization_audit_decision_idx
CREATE INDEX authorization_audit_decision_idx ON public.authorization_audit USING btree (decision, decided_at);

-- :: index authorization_audit_permission_idx
CREATE INDEX authorization_audit_permission_idx ON public.authorization_audit USING btree (permission, decided_at);

-- :: index authorization_audit_resource_idx
CREATE INDEX authorization_audit_resource_idx ON public.authorization_audit USING btree (resource, resource_id, decided_at);

-- :: index authorization_audit_subject_idx
CREATE INDEX authorization_audit_subject_idx ON public.authorization_audit USING btree (subject_user_id, decided_at);

-- :: index branch_contacts_branch_id_idx
CREATE INDEX branch_contacts_branch_id_idx ON public.branch_contacts USING btree (branch_id);

-- :: index branch_contacts_one_primary
CREATE UNIQUE INDEX branch_contacts_one_primary ON public.branch_contacts USING btree (branch_id, type) WHERE is_primary;

-- :: index branches_successor_id_idx
CREATE INDEX branches_successor_id_idx ON public.branches USING btree (successor_id);

-- :: index client_assignments_assigned_by_idx
CREATE INDEX client_assignments_assigned_by_idx ON public.client_assignments USING btree (assigned_by);

-- :: index client_assignments_client_id_idx
CREATE INDEX client_assignments_client_id_idx ON public.client_assignments USING btree (client_id, assigned_from);

-- :: index client_assignments_ended_by_idx
CREATE INDEX client_assignments_ended_by_idx ON public.client_assignments USING btree (ended_by);

-- :: index client_assignments_officer_id_idx
CREATE INDEX client_assignments_officer_id_idx ON public.client_assignments USING btree (officer_id, assigned_until);

-- :: index client_assignments_one_officer
CREATE UNIQUE INDEX client_assignments_one_officer ON public.client_assignments USING btree (client_id) WHERE (assigned_until IS NULL);

-- :: index client_changes_branch_idx
CREATE INDEX client_changes_branch_idx ON public.client_changes USING btree (changed_at) INCLUDE (client_id, old_value) WHERE ((field_changed)::text = 'branch'::text);

-- :: index client_changes_changed_by_idx
CREATE INDEX client_changes_changed_by_idx ON public.client_changes USING btree (changed_by);

-- :: index client_changes_client_id_idx
CREATE INDEX client_changes_client_id_idx ON public.client_changes USING btree (client_id, changed_at);

-- :: index client_period_status_branch_idx
CREATE INDEX client_period_status_branch_idx ON public.client_period_status USING btree (branch_id, period);

-- :: index client_period_status_branch_name_idx
CREATE INDEX client_period_status_branch_name_idx ON public.client_period_status USING btree (home_branch_id, period, sort_name, client_id) INCLUDE (company_id) WHERE is_open;

-- :: index client_period_status_branch_status_name_idx
CREATE INDEX client_period_status_branch_status_name_idx ON public.client_period_status USING btree (home_branch_id, period, status_type_id, sort_name, client_id) INCLUDE (company_id, work_rank);

-- :: index client_period_status_branch_work_idx
CREATE INDEX client_period_status_branch_work_idx ON public.client_period_status USING btree (home_branch_id, period, due_on, work_rank, client_id) INCLUDE (company_id) WHERE is_open;

-- :: index client_period_status_contact_by_idx
CREATE INDEX client_period_status_contact_by_idx ON public.client_period_status USING btree (contact_by, period) WHERE (contact_by IS NOT NULL);

-- :: index client_period_status_done_by_idx
CREATE INDEX client_period_status_done_by_idx ON public.client_period_status USING btree (done_by, period) WHERE (done_by IS NOT NULL);

-- :: index client_period_status_due_idx
CREATE INDEX client_period_status_due_idx ON public.client_period_status USING btree (period, due_on, client_id) INCLUDE (home_branch_id, company_id, is_open) WHERE (due_on > '0001-01-01'::date);

-- :: index client_period_status_exempt_idx
CREATE INDEX client_period_status_exempt_idx ON public.client_period_status USING btree (period, sort_name, client_id) INCLUDE (home_branch_id, company_id, status_type_id) WHERE (exempt_cause IS NOT NULL);

-- :: index client_period_status_name_idx
CREATE INDEX client_period_status_name_idx ON public.client_period_status USING btree (period, sort_name, client_id) INCLUDE (home_branch_id, company_id) WHERE is_open;

-- :: index client_period_status_payment_idx
CREATE INDEX client_period_status_payment_idx ON public.client_period_status USING btree (period, sort_name, client_id) INCLUDE (home_branch_id, company_id, status_type_id) WHERE has_payment;

-- :: index client_period_status_promised_idx
CREATE INDEX client_period_status_promised_idx ON public.client_period_status USING btree (period, sort_name, client_id) INCLUDE (home_branch_id, company_id, promised_on) WHERE (promised_on IS NOT NULL);

-- :: index client_period_status_reason_idx
CREATE INDEX client_period_status_reason_idx ON public.client_period_status USING btree (reason_id, status_type_id) WHERE (reason_id IS NOT NULL);

-- :: index client_period_status_status_name_idx
CREATE INDEX client_period_status_status_name_idx ON public.client_period_status USING btree (period, status_type_id, sort_name, client_id) INCLUDE (home_branch_id, company_id, work_rank);

-- :: index client_period_status_terminal_idx
CREATE INDEX client_period_status_terminal_idx ON public.client_period_status USING btree (client_id, terminal_at) WHERE is_terminal;

-- :: index client_period_status_touched_name_idx
CREATE INDEX client_period_status_touched_name_idx ON public.client_period_status USING btree (period, sort_name, client_id) INCLUDE (home_branch_id, company_id) WHERE (work_rank > '576460752303423488'::bigint);

-- :: index client_period_status_updated_by_idx
CREATE INDEX client_period_status_updated_by_idx ON public.client_period_status USING btree (updated_by) WHERE (updated_by IS NOT NULL);

-- :: index client_period_status_work_idx
CREATE INDEX client_period_status_work_idx ON public.client_period_status USING btree (period, due_on, work_rank, client_id) INCLUDE (home_branch_id, company_id) WHERE is_open;

-- :: index client_sources_last_seen_job_idx
CREATE INDEX client_sources_last_seen_job_idx ON public.client_sources USING btree (last_seen_job_id);

-- :: index client_sources_source_idx
CREATE INDEX client_sources_source_idx ON public.client_sources USING btree (source, client_id);

-- :: index client_sync_history_changed_at_idx
CREATE INDEX client_sync_history_changed_at_idx ON public.client_sync_history USING brin (changed_at);

-- :: index client_sync_history_client_id_idx
CREATE INDEX client_sync_history_client_id_idx ON public.client_sync_history USING btree (client_id, changed_at);

-- :: index client_sync_history_par_status_idx
CREATE INDEX client_sync_history_par_status_idx ON public.client_sync_history USING btree (changed_at) INCLUDE (client_id, old_value) WHERE ((field_changed)::text = 'par_status'::text);

-- :: index client_sync_history_place_idx
CREATE INDEX client_sync_history_place_idx ON public.client_sync_history USING btree (changed_at) INCLUDE (client_id, field_changed, old_value) WHERE ((field_changed)::text = ANY ('{company,branch,product,pension_type}'::text[]));

-- :: index client_sync_history_sync_job_id_idx
CREATE INDEX client_sync_history_sync_job_id_idx ON public.client_sync_history USING btree (sync_job_id);

-- :: index client_words_branch_names_idx
CREATE INDEX client_words_branch_names_idx ON public.client_words USING btree (branch_id, word text_pattern_ops, client_id) INCLUDE (sort_name, company_id, assigned_to);

-- :: index client_words_in_order_idx
CREATE INDEX client_words_in_order_idx ON public.client_words USING btree (word, sort_name, client_id) INCLUDE (company_id, branch_id, assigned_to);

-- :: index clients_account_type_id_idx
CREATE INDEX clients_account_type_id_idx ON public.clients USING btree (account_type_id);

-- :: index clients_assigned_list_idx
CREATE INDEX clients_assigned_list_idx ON public.clients USING btree (assigned_to, sort_name, id) INCLUDE (branch_id, company_id, deleted_at) WHERE (assigned_to IS NOT NULL);

-- :: index clients_blind_index_idx
CREATE INDEX clients_blind_index_idx ON public.clients USING btree (pension_blind_index) WHERE (pension_blind_index IS NOT NULL);

-- :: index clients_branch_code_idx
CREATE INDEX clients_branch_code_idx ON public.clients USING btree (branch_id, client_code, id) INCLUDE (company_id, assigned_to, deleted_at);

-- :: index clients_branch_list_idx
CREATE INDEX clients_branch_list_idx ON public.clients USING btree (branch_id, sort_name, id) INCLUDE (company_id, assigned_to) WHERE (deleted_at IS NULL);

-- :: index clients_branch_owed_idx
CREATE INDEX clients_branch_owed_idx ON public.clients USING btree (branch_id, owed, id) INCLUDE (company_id, assigned_to) WHERE (deleted_at IS NULL);

-- :: index clients_branch_par_list_idx
CREATE INDEX clients_branch_par_list_idx ON public.clients USING btree (branch_id, par_status_id, sort_name, id) INCLUDE (company_id, assigned_to, deleted_at);

-- :: index clients_branch_updated_idx
CREATE INDEX clients_branch_updated_idx ON public.clients USING btree (branch_id, updated_at, id) INCLUDE (company_id, assigned_to) WHERE (deleted_at IS NULL);

-- :: index clients_company_list_idx
CREATE INDEX clients_company_list_idx ON public.clients USING btree (company_id, sort_name, id);

-- :: index clients_contact_alt_idx
CREATE INDEX clients_contact_alt_idx ON public.clients USING btree (contact_form_alt) WHERE (contact_form_alt IS NOT NULL);

-- :: index clients_contact_idx
CREATE INDEX clients_contact_idx ON public.clients USING btree (contact_form) WHERE (contact_form IS NOT NULL);

-- :: index clients_inactive_idx
CREATE INDEX clients_inactive_idx ON public.clients USING btree (sort_name, id) INCLUDE (branch_id, company_id, assigned_to) WHERE (NOT is_active);

-- :: index clients_list_idx
CREATE INDEX clients_list_idx ON public.clients USING btree (sort_name, id) INCLUDE (branch_id, company_id, assigned_to) WHERE (deleted_at IS NULL);

-- :: index clients_loan_status_idx
CREATE INDEX clients_loan_status_idx ON public.clients USING btree (loan_status, sort_name, id) INCLUDE (branch_id, company_id, assigned_to) WHERE (loan_status IS NOT NULL);

-- :: index clients_loan_statuses_idx
CREATE INDEX clients_loan_statuses_idx ON public.clients USING btree (branch_id, company_id, loan_status) WHERE ((deleted_at IS NULL) AND (loan_status IS NOT NULL));

-- :: index clients_officers_idx
CREATE INDEX clients_officers_idx ON public.clients USING btree (branch_id, company_id, assigned_to) WHERE ((deleted_at IS NULL) AND (assigned_to IS NOT NULL));

-- :: index clients_owed_list_idx
CREATE INDEX clients_owed_list_idx ON public.clients USING btree (owed, id) INCLUDE (branch_id, company_id, assigned_to) WHERE (deleted_at IS NULL);

-- :: index clients_par_list_idx
CREATE INDEX clients_par_list_idx ON public.clients USING btree (par_status_id, sort_name, id) INCLUDE (branch_id, company_id, assigned_to, deleted_at);

-- :: index clients_pension_type_id_idx
CREATE INDEX clients_pension_type_id_idx ON public.clients USING btree (pension_type_id);

-- :: index clients_pensioner_type_id_idx
CREATE INDEX clients_pensioner_type_id_idx ON public.clients USING btree (pensioner_type_id);

-- :: index clients_product_idx
CREATE INDEX clients_product_idx ON public.clients USING btree (product_id, company_id);

-- :: index clients_updated_list_idx
CREATE INDEX clients_updated_list_idx ON public.clients USING btree (updated_at, id) INCLUDE (branch_id, company_id, assigned_to) WHERE (deleted_at IS NULL);

-- :: index companies_created_by_idx
CREATE INDEX companies_created_by_idx ON public.companies USING btree (created_by);

-- :: index config_audit_log_action_idx
CREATE INDEX config_audit_log_action_idx ON public.config_audit_log USING btree (action, changed_at);

-- :: index config_audit_log_changed_at_idx
CREATE INDEX config_audit_log_changed_at_idx ON public.config_audit_log USING btree (changed_at);

-- :: index config_audit_log_changed_by_idx
CREATE INDEX config_audit_log_changed_by_idx ON public.config_audit_log USING btree (changed_by, changed_at);

-- :: index config_audit_log_record_idx
CREATE INDEX config_audit_log_record_idx ON public.config_audit_log USING btree (table_name, record_id, changed_at);

-- :: index config_audit_log_table_idx
CREATE INDEX config_audit_log_table_idx ON public.config_audit_log USING btree (table_name, changed_at);

-- :: index config_options_company_id_idx
CREATE INDEX config_options_company_id_idx ON public.config_options USING btree (company_id);

-- :: index config_options_created_by_idx
CREATE INDEX config_options_created_by_idx ON public.config_options USING btree (created_by);

-- :: index config_options_one_default_key
CREATE UNIQUE INDEX config_options_one_default_key ON public.config_options USING btree (category_id, company_id) NULLS NOT DISTINCT WHERE is_default;

-- :: index config_options_parent_idx
CREATE INDEX config_options_parent_idx ON public.config_options USING btree (parent_option_id);

-- :: index config_settings_company_id_idx
CREATE INDEX config_settings_company_id_idx ON public.config_settings USING btree (company_id);

-- :: index config_settings_updated_by_idx
CREATE INDEX config_settings_updated_by_idx ON public.config_settings USING btree (updated_by);

-- :: index data_access_log_accessed_at_idx
CREATE INDEX data_access_log_accessed_at_idx ON public.data_access_log USING btree (accessed_at);

-- :: index data_access_log_actor_id_idx
CREATE INDEX data_access_log_actor_id_idx ON public.data_access_log USING btree (actor_id, accessed_at);

-- :: index data_access_log_client_id_idx
CREATE INDEX data_access_log_client_id_idx ON public.data_access_log USING btree (client_id, accessed_at);

-- :: index data_access_log_company_id_idx
CREATE INDEX data_access_log_company_id_idx ON public.data_access_log USING btree (company_id);

-- :: index data_access_log_many_clients_idx
CREATE INDEX data_access_log_many_clients_idx ON public.data_access_log USING btree (accessed_at) WHERE (client_id IS NULL);

-- :: index export_jobs_company_id_idx
CREATE INDEX export_jobs_company_id_idx ON public.export_jobs USING btree (company_id) WHERE (company_id IS NOT NULL);

-- :: index export_jobs_created_by_idx
CREATE INDEX export_jobs_created_by_idx ON public.export_jobs USING btree (created_by, created_at DESC);

-- :: index export_jobs_expires_at_idx
CREATE INDEX export_jobs_expires_at_idx ON public.export_jobs USING btree (expires_at) WHERE (expires_at IS NOT NULL);

-- :: index export_jobs_job_id_idx
CREATE INDEX export_jobs_job_id_idx ON public.export_jobs USING btree (job_id) WHERE (job_id IS NOT NULL);

-- :: index field_mappings_company_id_idx
CREATE INDEX field_mappings_company_id_idx ON public.field_mappings USING btree (company_id);

-- :: index hand_over_clients_client_id_idx
CREATE INDEX hand_over_clients_client_id_idx ON public.hand_over_clients USING btree (client_id);

-- :: index hand_over_clients_officer_id_idx
CREATE INDEX hand_over_clients_officer_id_idx ON public.hand_over_clients USING btree (officer_id);

-- :: index hand_overs_created_by_idx
CREATE INDEX hand_overs_created_by_idx ON public.hand_overs USING btree (created_by);

-- :: index hand_overs_officer_id_idx
CREATE INDEX hand_overs_officer_id_idx ON public.hand_overs USING btree (officer_id);

-- :: index hand_overs_undone_by_idx
CREATE INDEX hand_overs_undone_by_idx ON public.hand_overs USING btree (undone_by);

-- :: index idempotency_keys_expires_at_idx
CREATE INDEX idempotency_keys_expires_at_idx ON public.idempotency_keys USING btree (expires_at);

-- :: index job_queue_company_id_idx
CREATE INDEX job_queue_company_id_idx ON public.job_queue USING btree (company_id) WHERE (company_id IS NOT NULL);

-- :: index job_queue_completed_idx
CREATE INDEX job_queue_completed_idx ON public.job_queue USING btree (completed_at) WHERE (completed_at IS NOT NULL);

-- :: index job_queue_created_by_idx
CREATE INDEX job_queue_created_by_idx ON public.job_queue USING btree (created_by) WHERE (created_by IS NOT NULL);

-- :: index job_queue_ended_badly_idx
CREATE INDEX job_queue_ended_badly_idx ON public.job_queue USING btree (status, id) WHERE (status = ANY (ARRAY['dead'::job_status, 'failed'::job_status, 'cancelled'::job_status]));

-- :: index job_queue_lease_idx
CREATE INDEX job_queue_lease_idx ON public.job_queue USING btree (lease_expires_at) WHERE (status = 'processing'::job_status);

-- :: index job_queue_next_idx
CREATE INDEX job_queue_next_idx ON public.job_queue USING btree (queue_name, COALESCE(company_id, '00000000-0000-0000-0000-000000000000'::uuid), priority DESC, scheduled_at, id) WHERE (status = 'pending'::job_status);

-- :: index job_queue_one_waits
CREATE UNIQUE INDEX job_queue_one_waits ON public.job_queue USING btree (queue_name, unique_key) WHERE ((status = 'pending'::job_status) AND (unique_key IS NOT NULL));

-- :: index one_time_passwords_issued_by_idx
CREATE INDEX one_time_passwords_issued_by_idx ON public.one_time_passwords USING btree (issued_by);

-- :: index one_time_passwords_user_id_key
CREATE UNIQUE INDEX one_time_passwords_user_id_key ON public.one_time_passwords USING btree (user_id, kind);

-- :: index par_statuses_created_by_idx
CREATE INDEX par_statuses_created_by_idx ON public.par_statuses USING btree (created_by);

-- :: index pension_types_company_id_idx
CREATE INDEX pension_types_company_id_idx ON public.pension_types USING btree (company_id);

-- :: index pension_types_created_by_idx
CREATE INDEX pension_types_created_by_idx ON public.pension_types USING btree (created_by);

-- :: index pensioner_types_created_by_idx
CREATE INDEX pensioner_types_created_by_idx ON public.pensioner_types USING btree (created_by);

-- :: index pensioner_types_pension_type_id_idx
CREATE INDEX pensioner_types_pension_type_id_idx ON public.pensioner_types USING btree (pension_type_id);

-- :: index period_openings_opened_by_idx
CREATE INDEX period_openings_opened_by_idx ON public.period_openings USING btree (opened_by);

-- :: index period_openings_period_idx
CREATE INDEX period_openings_period_idx ON public.period_openings USING btree (period_year, period_type, period_month, period_quarter);

-- :: index period_seal_branches_branch_id_idx
CREATE INDEX period_seal_branches_branch_id_idx ON public.period_seal_branches USING btree (branch_id);

-- :: index period_seal_rows_branch_id_idx
CREATE INDEX period_seal_rows_branch_id_idx ON public.period_seal_rows USING btree (branch_id);

-- :: index period_seal_rows_client_id_idx
CREATE INDEX period_seal_rows_client_id_idx ON public.period_seal_rows USING btree (client_id);

-- :: index period_seal_rows_row_idx
CREATE INDEX period_seal_rows_row_idx ON public.period_seal_rows USING btree (client_period_status_id);

-- :: index products_company_id_idx
CREATE INDEX products_company_id_idx ON public.products USING btree (company_id);

-- :: index products_created_by_idx
CREATE INDEX products_created_by_idx ON public.products USING btree (created_by);

-- :: index purge_log_purged_at_idx
CREATE INDEX purge_log_purged_at_idx ON public.purge_log USING btree (purged_at);

-- :: index rate_limit_counts_forget_after_idx
CREATE INDEX rate_limit_counts_forget_after_idx ON public.rate_limit_counts USING btree (forget_after);

-- :: index role_grants_permission_id_idx
CREATE INDEX role_grants_permission_id_idx ON public.role_grants USING btree (permission_id);

-- :: index roles_created_by_idx
CREATE INDEX roles_created_by_idx ON public.roles USING btree (created_by);

-- :: index row_counts_cell_key
CREATE UNIQUE INDEX row_counts_cell_key ON public.row_counts USING btree (view, period, company_id, branch_id, assigned_to, is_exempt, is_done, is_confirmed, is_contacted, status_type_id, has_payment, is_terminal, product_id, pension_type_id, contact_branch_id, contact_by, done_branch_id, done_by, done_on) NULLS NOT DISTINCT;

-- :: index row_counts_empty_idx
CREATE INDEX row_counts_empty_idx ON public.row_counts USING btree (id) WHERE (total = 0);

-- :: index scheduled_jobs_next_idx
CREATE INDEX scheduled_jobs_next_idx ON public.scheduled_jobs USING btree (next_run_at) WHERE is_active;

-- :: index stand_ins_created_by_idx
CREATE INDEX stand_ins_created_by_idx ON public.stand_ins USING btree (created_by);

-- :: index stand_ins_ended_by_idx
CREATE INDEX stand_ins_ended_by_idx ON public.stand_ins USING btree (ended_by);

-- :: index stand_ins_ends_at_idx
CREATE INDEX stand_ins_ends_at_idx ON public.stand_ins USING btree (ends_at, id);

-- :: index stand_ins_officer_id_idx
CREATE INDEX stand_ins_officer_id_idx ON public.stand_ins USING btree (officer_id);

-- :: index stand_ins_stand_in_id_idx
CREATE INDEX stand_ins_stand_in_id_idx ON public.stand_ins USING btree (stand_in_id, ends_at);

-- :: index status_events_created_by_idx
CREATE INDEX status_events_created_by_idx ON public.status_events USING btree (created_by, created_at) WHERE (created_by IS NOT NULL);

-- :: index status_events_place_idx
CREATE INDEX status_events_place_idx ON public.status_events USING btree (kind, created_at) INCLUDE (client_period_status_id, branch_id) WHERE (kind = ANY (ARRAY['moved'::text, 'exempted'::text]));

-- :: index status_events_voided_once
CREATE UNIQUE INDEX status_events_voided_once ON public.status_events USING btree (client_period_status_id, voids) WHERE (voids IS NOT NULL);

-- :: index status_reasons_created_by_idx
CREATE INDEX status_reasons_created_by_idx ON public.status_reasons USING btree (created_by);

-- :: index status_reasons_status_type_id_idx
CREATE INDEX status_reasons_status_type_id_idx ON public.status_reasons USING btree (status_type_id);

-- :: index status_type_companies_company_id_idx
CREATE INDEX status_type_companies_company_id_idx ON public.status_type_companies USING btree (company_id);

-- :: index status_types_company_id_idx
CREATE INDEX status_types_company_id_idx ON public.status_types USING btree (company_id);

-- :: index status_types_created_by_idx
CREATE INDEX status_types_created_by_idx ON public.status_types USING btree (created_by);

-- :: index sync_jobs_approved_by_idx
CREATE INDEX sync_jobs_approved_by_idx ON public.sync_jobs USING btree (approved_by);

-- :: index sync_jobs_company_id_idx
CREATE INDEX sync_jobs_company_id_idx ON public.sync_jobs USING btree (company_id);

-- :: index sync_jobs_created_by_idx
CREATE INDEX sync_jobs_created_by_idx ON public.sync_jobs USING btree (created_by);

-- :: index sync_jobs_latest_idx
CREATE INDEX sync_jobs_latest_idx ON public.sync_jobs USING btree (type, created_at DESC);

-- :: index sync_jobs_one_runs
CREATE UNIQUE INDEX sync_jobs_one_runs ON public.sync_jobs USING btree (type) WHERE (status = 'processing'::job_status);

-- :: index sync_jobs_superseded_by_idx
CREATE INDEX sync_jobs_superseded_by_idx ON public.sync_jobs USING btree (superseded_by);

-- :: index sync_plans_company_id_idx
CREATE INDEX sync_plans_company_id_idx ON public.sync_plans USING btree (company_id);

-- :: index sync_plans_created_at_idx
CREATE INDEX sync_plans_created_at_idx ON public.sync_plans USING btree (created_at);

-- :: index sync_rejects_client_code_idx
CREATE INDEX sync_rejects_client_code_idx ON public.sync_rejects USING btree (client_code, created_at) WHERE (client_code IS NOT NULL);

-- :: index sync_rejects_company_id_idx
CREATE INDEX sync_rejects_company_id_idx ON public.sync_rejects USING btree (company_id);

-- :: index sync_rejects_created_at_idx
CREATE INDEX sync_rejects_created_at_idx ON public.sync_rejects USING btree (created_at);

-- :: index sync_rejects_replayed_by_idx
CREATE INDEX sync_rejects_replayed_by_idx ON public.sync_rejects USING btree (replayed_by_job_id);

-- :: index sync_snapshots_company_id_idx
CREATE INDEX sync_snapshots_company_id_idx ON public.sync_snapshots USING btree (company_id);

-- :: index sync_snapshots_created_at_idx
CREATE INDEX sync_snapshots_created_at_idx ON public.sync_snapshots USING btree (created_at);

-- :: index sync_watermarks_company_id_idx
CREATE INDEX sync_watermarks_company_id_idx ON public.sync_watermarks USING btree (company_id);

-- :: index sync_watermarks_sync_job_id_idx
CREATE INDEX sync_watermarks_sync_job_id_idx ON public.sync_watermarks USING btree (sync_job_id);

-- :: index user_areas_area_id_idx
CREATE INDEX user_areas_area_id_idx ON public.user_areas USING btree (area_id);

-- :: index user_areas_granted_by_idx
CREATE INDEX user_areas_granted_by_idx ON public.user_areas USING btree (granted_by);

-- :: index user_branches_branch_id_idx
CREATE INDEX user_branches_branch_id_idx ON public.user_branches USING btree (branch_id);

-- :: index user_branches_granted_by_idx
CREATE INDEX user_branches_granted_by_idx ON public.user_branches USING btree (granted_by);

-- :: index user_permissions_company_id_idx
CREATE INDEX user_permissions_company_id_idx ON public.user_permissions USING btree (company_id);

-- :: index user_permissions_granted_by_idx
CREATE INDEX user_permissions_granted_by_idx ON public.user_permissions USING btree (granted_by);

-- :: index user_permissions_permission_id_idx
CREATE INDEX user_permissions_permission_id_idx ON public.user_permissions USING btree (permission_id);

-- :: index user_roles_company_id_idx
CREATE INDEX user_roles_company_id_idx ON public.user_roles USING btree (company_id);

-- :: index user_roles_granted_by_idx
CREATE INDEX user_roles_granted_by_idx ON public.user_roles USING btree (granted_by);

-- :: index user_roles_role_id_idx
CREATE INDEX user_roles_role_id_idx ON public.user_roles USING btree (role_id, user_id);

-- :: index user_sessions_expires_at_idx
CREATE INDEX user_sessions_expires_at_idx ON public.user_sessions USING btree (expires_at);

-- :: index user_sessions_issued_by_idx
CREATE INDEX user_sessions_issued_by_idx ON public.user_sessions USING btree (issued_by) WHERE (issued_by IS NOT NULL);

-- :: index user_sessions_user_id_idx
CREATE INDEX user_sessions_user_id_idx ON public.user_sessions USING btree (user_id);

-- :: index users_email_key
CREATE UNIQUE INDEX users_email_key ON public.users USING btree (lower((email)::text));

-- :: index users_password_issued_by_idx
CREATE INDEX users_password_issued_by_idx ON public.users USING btree (password_issued_by) WHERE (password_issued_by IS NOT NULL);

-- :: index webhook_events_received_at_idx
CREATE INDEX webhook_events_received_at_idx ON public.webhook_events USING btree (received_at);

-- :: trigger account_types.move_generation
CREATE TRIGGER move_generation AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.account_types FOR EACH STATEMENT EXECUTE FUNCTION move_configuration_generation();

-- :: trigger account_types.system_code_stays
CREATE TRIGGER system_code_stays BEFORE UPDATE OF code, is_system ON public.account_types FOR EACH ROW WHEN ((old.is_system AND (((new.code)::text <> (old.code)::text) OR (NOT new.is_system)))) EXECUTE FUNCTION protect_system_row();

-- :: trigger account_types.system_row_stays
CREATE TRIGGER system_row_stays BEFORE DELETE ON public.account_types FOR EACH ROW WHEN (old.is_system) EXECUTE FUNCTION protect_system_row();

-- :: trigger account_types.touch
CREATE TRIGGER touch BEFORE UPDATE ON public.account_types FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- :: trigger area_branches.move_generation
CREATE TRIGGER move_generation AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.area_branches FOR EACH STATEMENT EXECUTE FUNCTION move_configuration_generation();

-- :: trigger areas.move_generation
CREATE TRIGGER move_generation AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.areas FOR EACH STATEMENT EXECUTE FUNCTION move_configuration_generation();

-- :: trigger areas.touch
CREATE TRIGGER touch BEFORE UPDATE ON public.areas FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- :: trigger authorization_audit.append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.authorization_audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- :: trigger branch_contacts.touch
CREATE TRIGGER touch BEFORE UPDATE ON public.branch_contacts FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- :: trigger branches.move_generation
CREATE TRIGGER move_generation AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.branches FOR EACH STATEMENT EXECUTE FUNCTION move_configuration_generation();

-- :: trigger branches.touch
CREATE TRIGGER touch BEFORE UPDATE ON public.branches FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- :: trigger client_assignments.carry_changed_assignment
CREATE TRIGGER carry_changed_assignment AFTER UPDATE ON public.client_assignments REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION carry_assignment();

-- :: trigger client_assignments.carry_new_assignment
CREATE TRIGGER carry_new_assignment AFTER INSERT ON public.client_assignments REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION carry_assignment();

-- :: trigger client_changes.append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.client_changes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- :: trigger client_period_status.count_changed_row
CREATE TRIGGER count_changed_row AFTER UPDATE ON public.client_period_status FOR EACH ROW WHEN (((old.client_id IS DISTINCT FROM new.client_id) OR (old.period IS DISTINCT FROM new.period) OR (old.status_type_id IS DISTINCT FROM new.status_type_id) OR (old.reason_id IS DISTINCT FROM new.reason_id) OR (old.exempt_cause IS DISTINCT FROM new.exempt_cause) OR (old.has_payment IS DISTINCT FROM new.has_payment) OR (old.is_terminal IS DISTINCT FROM new.is_terminal) OR (old.contact_branch_id IS DISTINCT FROM new.contact_branch_id) OR (old.contact_by IS DISTINCT FROM new.contact_by) OR (old.branch_id IS DISTINCT FROM new.branch_id) OR (old.done_by IS DISTINCT FROM new.done_by) OR (old.done_on IS DISTINCT FROM new.done_on))) EXECUTE FUNCTION count_changed_row();

-- :: trigger client_period_status.count_new_rows
CREATE TRIGGER count_new_rows AFTER INSERT ON public.client_period_status REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION count_new_rows();

-- :: trigger client_period_status.keep_place_in_work
CREATE TRIGGER keep_place_in_work BEFORE UPDATE OF status_type_id, exempt_cause ON public.client_period_status FOR EACH ROW WHEN (((old.status_type_id <> new.status_type_id) OR (old.exempt_cause IS DISTINCT FROM new.exempt_cause))) EXECUTE FUNCTION keep_place_in_work();

-- :: trigger client_period_status.take_from_client
CREATE TRIGGER take_from_client BEFORE INSERT OR UPDATE OF client_id, company_id ON public.client_period_status FOR EACH ROW EXECUTE FUNCTION take_from_client();

-- :: trigger client_sources.touch
CREATE TRIGGER touch BEFORE UPDATE ON public.client_sources FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- :: trigger clients.carry_to_rows
CREATE TRIGGER carry_to_rows AFTER UPDATE ON public.clients REFERENCING OLD TABLE AS was NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION carry_to_rows();

-- :: trigger clients.count_rows_of_changed_clients
CREATE TRIGGER count_rows_of_changed_clients AFTER UPDATE ON public.clients REFERENCING OLD TABLE AS was NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION count_rows_of_changed_clients();

-- :: trigger clients.touch
CREATE TRIGGER touch BEFORE UPDATE ON public.clients FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- :: trigger clients.words_of_changed
CREATE TRIGGER words_of_changed AFTER UPDATE ON public.clients REFERENCING OLD TABLE AS was NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION keep_client_words();

-- :: trigger clients.words_of_new
CREATE TRIGGER words_of_new AFTER INSERT ON public.clients REFERENCING NEW TABLE AS arrived FOR EACH STATEMENT EXECUTE FUNCTION keep_client_words();

-- :: trigger companies.move_generation
CREATE TRIGGER move_generation AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.companies FOR EACH STATEMENT EXECUTE FUNCTION move_configuration_generation();

-- :: trigger companies.statuses_of_company
CREATE TRIGGER statuses_of_company AFTER INSERT ON public.companies FOR EACH ROW EXECUTE FUNCTION keep_status_type_companies();

-- :: trigger companies.system_code_stays
CREATE TRIGGER system_code_stays BEFORE UPDATE OF code, is_system ON public.companies FOR EACH ROW WHEN ((old.is_system AND (((new.code)::text <> (old.code)::text) OR (NOT new.is_system)))) EXECUTE FUNCTION protect_system_row();

-- :: trigger companies.system_row_stays
CREATE TRIGGER system_row_stays BEFORE DELETE ON public.companies FOR EACH ROW WHEN (old.is_system) EXECUTE FUNCTION protect_system_row();

-- :: trigger companies.touch
CREATE TRIGGER touch BEFORE UPDATE ON public.companies FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- :: trigger config_audit_log.append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.config_audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- :: trigger config_categories.move_generation
CREATE TRIGGER move_generation AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.config_categories FOR EACH STATEMENT EXECUTE FUNCTION move_configuration_generation();

-- :: trigger config_options.move_generation
CREATE TRIGGER move_generation AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.config_options FOR EACH STATEMENT EXECUTE FUNCTION move_configuration_generation();

-- :: trigger config_options.touch
CREATE TRIGGER touch BEFORE UPDATE ON public.config_options FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- :: trigger config_settings.move_generation
CREATE TRIGGER move_generation AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.config_settings FOR EACH STATEMENT EXECUTE FUNCTION move_configuration_generation();

-- :: trigger config_settings.touch
CREATE TRIGGER touch BEFORE UPDATE ON public.config_settings FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- :: trigger data_access_log.append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.data_access_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- :: trigger field_mappings.protect_pension_column
CREATE TRIGGER protect_pension_column AFTER INSERT OR UPDATE OF field, source_column ON public.field_mappings FOR EACH ROW WHEN (((new.field)::text = 'pension_number'::text)) EXECUTE FUNCTION protect_pension_column();

-- :: trigger field_mappings.touch
CREATE TRIGGER touch BEFORE UPDATE ON public.field_mappings FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- :: trigger par_statuses.move_generation
CREATE TRIGGER move_generation AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.par_statuses FOR EACH STATEMENT EXECUTE FUNCTION move_configuration_generation();

-- :: trigger par_statuses.system_code_stays
CREATE TRIGGER system_code_stays BEFORE UPDATE OF code, is_system ON public.par_statuses FOR EACH ROW WHEN ((old.is_system AND (((new.code)::text <> (old.code)::text) OR (NOT new.is_system)))) EXECUTE FUNCTION protect_system_row();

-- :: trigger par_statuses.system_row_stays
CREATE TRIGGER system_row_stays BEFORE DELETE ON public.par_statuses FOR EACH ROW WHEN (old.is_system) EXECUTE FUNCTION protect_system_row();

-- :: trigger par_statuses.touch
CREATE TRIGGER touch BEFORE UPDATE ON public.par_statuses FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- :: trigger pension_types.move_generation
CREATE TRIGGER move_generation AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.pension_types FOR EACH STATEMENT EXECUTE FUNCTION move_configuration_generation();

-- :: trigger pension_types.system_code_stays
CREATE TRIGGER system_code_stays BEFORE UPDATE OF code, is_system ON public.pension_types FOR EACH ROW WHEN ((old.is_system AND (((new.code)::text <> (old.code)::text) OR (NOT new.is_system)))) EXECUTE FUNCTION protect_system_row();

-- :: trigger pension_types.system_row_stays
CREATE TRIGGER system_row_stays BEFORE DELETE ON public.pension_types FOR EACH ROW WHEN (old.is_system) EXECUTE FUNCTION protect_system_row();

-- :: trigger pension_types.touch
CREATE TRIGGER touch BEFORE UPDATE ON public.pension_types FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- :: trigger pensioner_types.move_generation
CREATE TRIGGER move_generation AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.pensioner_types FOR EACH STATEMENT EXECUTE FUNCTION move_configuration_generation();

-- :: trigger pensioner_types.system_code_stays
CREATE TRIGGER system_code_stays BEFORE UPDATE OF code, is_system ON public.pensioner_types FOR EACH ROW WHEN ((old.is_system AND (((new.code)::text <> (old.code)::text) OR (NOT new.is_system)))) EXECUTE FUNCTION protect_system_row();

-- :: trigger pensioner_types.system_row_stays
CREATE TRIGGER system_row_stays BEFORE DELETE ON public.pensioner_types FOR EACH ROW WHEN (old.is_system) EXECUTE FUNCTION protect_system_row();

-- :: trigger pensioner_types.touch
CREATE TRIGGER touch BEFORE UPDATE ON public.pensioner_types FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- :: trigger period_seal_branches.append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.period_seal_branches FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- :: trigger period_seal_rows.append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.period_seal_rows FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- :: trigger period_seals.append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.period_seals FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- :: trigger permissions.move_generation
CREATE TRIGGER move_generation AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.permissions FOR EACH STATEMENT EXECUTE FUNCTION move_configuration_generation();

-- :: trigger products.move_generation
CREATE TRIGGER move_generation AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.products FOR EACH STATEMENT EXECUTE FUNCTION move_configuration_generation();

-- :: trigger products.system_code_stays
CREATE TRIGGER system_code_stays BEFORE UPDATE OF code, is_system ON public.products FOR EACH ROW WHEN ((old.is_system AND (((new.code)::text <> (old.code)::text) OR (NOT new.is_system)))) EXECUTE FUNCTION protect_system_row();

-- :: trigger products.system_row_stays
CREATE TRIGGER system_row_stays BEFORE DELETE ON public.products FOR EACH ROW WHEN (old.is_system) EXECUTE FUNCTION protect_system_row();

-- :: trigger products.touch
CREATE TRIGGER touch BEFORE UPDATE ON public.products FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- :: trigger roles.touch
CREATE TRIGGER touch BEFORE UPDATE ON public.roles FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- :: trigger sealed_remarks.append_only
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON public.sealed_remarks FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- :: trigger sealed_remarks.append_only_but_salt
CREATE TRIGGER append_only_but_salt BEFORE UPDATE ON public.sealed_remarks FOR EACH ROW EXECUTE FUNCTION refuse_change_of_sealed_remarks();

-- :: trigger status_events.append_only
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON public.status_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- :: trigger status_events.append_only_but_remarks
CREATE TRIGGER append_only_but_remarks BEFORE UPDATE ON public.status_events FOR EACH ROW EXECUTE FUNCTION refuse_event_change();

-- :: trigger status_events.refuse_unvoidable
CREATE TRIGGER refuse_unvoidable BEFORE INSERT ON public.status_events FOR EACH ROW WHEN ((new.voids IS NOT NULL)) EXECUTE FUNCTION refuse_unvoidable();

-- :: trigger status_events.require_remarks
CREATE TRIGGER require_remarks BEFORE INSERT ON public.status_events FOR EACH ROW WHEN (((new.remarks IS NULL) AND (new.kind = ANY (ARRAY['reopened'::text, 'voided'::text, 'revived'::text])))) EXECUTE FUNCTION require_remarks();

-- :: trigger status_reasons.move_generation
CREATE TRIGGER move_generation AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.status_reasons FOR EACH STATEMENT EXECUTE FUNCTION move_configuration_generation();

-- :: trigger status_reasons.system_code_stays
CREATE TRIGGER system_code_stays BEFORE UPDATE OF code, is_system ON public.status_reasons FOR EACH ROW WHEN ((old.is_system AND (((new.code)::text <> (old.code)::text) OR (NOT new.is_system)))) EXECUTE FUNCTION protect_system_row();

-- :: trigger status_reasons.system_row_stays
CREATE TRIGGER system_row_stays BEFORE DELETE ON public.status_reasons FOR EACH ROW WHEN (old.is_system) EXECUTE FUNCTION protect_system_row();

-- :: trigger status_reasons.touch
CREATE TRIGGER touch BEFORE UPDATE ON public.status_reasons FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- :: trigger status_types.companies_of_status
CREATE TRIGGER companies_of_status AFTER INSERT OR UPDATE OF company_id ON public.status_types FOR EACH ROW EXECUTE FUNCTION keep_status_type_companies();

-- :: trigger status_types.move_generation
CREATE TRIGGER move_generation AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.status_types FOR EACH STATEMENT EXECUTE FUNCTION move_configuration_generation();

-- :: trigger status_types.system_code_stays
CREATE TRIGGER system_code_stays BEFORE UPDATE OF code, is_system ON public.status_types FOR EACH ROW WHEN ((old.is_system AND (((new.code)::text <> (old.code)::text) OR (NOT new.is_system)))) EXECUTE FUNCTION protect_system_row();

-- :: trigger status_types.system_row_stays
CREATE TRIGGER system_row_stays BEFORE DELETE ON public.status_types FOR EACH ROW WHEN (old.is_system) EXECUTE FUNCTION protect_system_row();

-- :: trigger status_types.touch
CREATE TRIGGER touch BEFORE UPDATE ON public.status_types FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- :: trigger sync_watermarks.touch
CREATE TRIGGER touch BEFORE UPDATE ON public.sync_watermarks FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- :: trigger users.move_generation
CREATE TRIGGER move_generation AFTER INSERT OR DELETE OR UPDATE OF first_name, last_name, email OR TRUNCATE ON public.users FOR EACH STATEMENT EXECUTE FUNCTION move_configuration_generation();

-- :: trigger users.touch
CREATE TRIGGER touch BEFORE UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- :: row security area_branches
alter table area_branches enable row level security;
alter table area_branches force row level security;

-- :: row security areas
alter table areas enable row level security;
alter table areas force row level security;

-- :: row security branches
alter table branches enable row level security;
alter table branches force row level security;

-- :: row security client_assignments
alter table client_assignments enable row level security;
alter table client_assignments force row level security;

-- :: row security client_changes
alter table client_changes enable row level security;
alter table client_changes force row level security;

-- :: row security client_period_status
alter table client_period_status enable row level security;
alter table client_period_status force row level security;

-- :: row security client_sources
alter table client_sources enable row level security;
alter table client_sources force row level security;

-- :: row security client_sync_history
alter table client_sync_history enable row level security;
alter table client_sync_history force row level security;

-- :: row security client_words
alter table client_words enable row level security;
alter table client_words force row level security;

-- :: row security clients
alter table clients enable row level security;
alter table clients force row level security;

-- :: row security data_access_log
alter table data_access_log enable row level security;
alter table data_access_log force row level security;

-- :: row security export_jobs
alter table export_jobs enable row level security;
alter table export_jobs force row level security;

-- :: row security hand_over_clients
alter table hand_over_clients enable row level security;
alter table hand_over_clients force row level security;

-- :: row security idempotency_keys
alter table idempotency_keys enable row level security;
alter table idempotency_keys force row level security;

-- :: row security one_time_passwords
alter table one_time_passwords enable row level security;
alter table one_time_passwords force row level security;

-- :: row security period_seal_rows
alter table period_seal_rows enable row level security;
alter table period_seal_rows force row level security;

-- :: row security role_grants
alter table role_grants enable row level security;
alter table role_grants force row level security;

-- :: row security roles
alter table roles enable row level security;
alter table roles force row level security;

-- :: row security row_count_changes
alter table row_count_changes enable row level security;
alter table row_count_changes force row level security;

-- :: row security row_counts
alter table row_counts enable row level security;
alter table row_counts force row level security;

-- :: row security sealed_remarks
alter table sealed_remarks enable row level security;
alter table sealed_remarks force row level security;

-- :: row security stand_ins
alter table stand_ins enable row level security;
alter table stand_ins force row level security;

-- :: row security status_events
alter table status_events enable row level security;
alter table status_events force row level security;

-- :: row security sync_plans
alter table sync_plans enable row level security;
alter table sync_plans force row level security;

-- :: row security sync_rejects
alter table sync_rejects enable row level security;
alter table sync_rejects force row level security;

-- :: row security sync_snapshots
alter table sync_snapshots enable row level security;
alter table sync_snapshots force row level security;

-- :: row security user_areas
alter table user_areas enable row level security;
alter table user_areas force row level security;

-- :: row security user_branches
alter table user_branches enable row level security;
alter table user_branches force row level security;

-- :: row security user_permissions
alter table user_permissions enable row level security;
alter table user_permissions force row level security;

-- :: row security user_roles
alter table user_roles enable row level security;
alter table user_roles force row level security;

-- :: row security user_sessions
alter table user_sessions enable row level security;
alter table user_sessions force row level security;

-- :: row security users
alter table users enable row level security;
alter table users force row level security;

-- :: row security webhook_events
alter table webhook_events enable row level security;
alter table webhook_events force row level security;

-- :: policy area_branches.by_administration
create policy by_administration on area_branches as permissive for insert to public
with check (( SELECT scope_administers() AS scope_administers));

-- :: policy area_branches.changed_by_administration
create policy changed_by_administration on area_branches as permissive for update to public
using (( SELECT scope_administers() AS scope_administers))
with check (( SELECT scope_administers() AS scope_administers));

-- :: policy area_branches.readable
create policy readable on area_branches as permissive for select to public
using (true);

-- :: policy area_branches.removed_by_administration
create policy removed_by_administration on area_branches as permissive for delete to public
using (( SELECT scope_administers() AS scope_administers));

-- :: policy areas.by_administration
create policy by_administration on areas as permissive for insert to public
with check (( SELECT scope_administers() AS scope_administers));

-- :: policy areas.changed_by_administration
create policy changed_by_administration on areas as permissive for update to public
using (( SELECT scope_administers() AS scope_administers))
with check (( SELECT scope_administers() AS scope_administers));

-- :: policy areas.readable
create policy readable on areas as permissive for select to public
using (true);

-- :: policy areas.removed_by_administration
create policy removed_by_administration on areas as permissive for delete to public
using (( SELECT scope_administers() AS scope_administers));

-- :: policy branches.by_administration
create policy by_administration on branches as permissive for insert to public
with check (( SELECT scope_administers() AS scope_administers));

-- :: policy branches.changed_by_administration
create policy changed_by_administration on branches as permissive for update to public
using (( SELECT scope_administers() AS scope_administers))
with check (( SELECT scope_administers() AS scope_administers));

-- :: policy branches.readable
create policy readable on branches as permissive for select to public
using (true);

-- :: policy branches.removed_by_administration
create policy removed_by_administration on branches as permissive for delete to public
using (( SELECT scope_administers() AS scope_administers));

-- :: policy client_assignments.by_system
create policy by_system on client_assignments as permissive for all to clientupdater_system
using (true);

-- :: policy client_assignments.with_client
create policy with_client on client_assignments as permissive for all to clientupdater_app
using ((( SELECT scope_has_every_company() AS scope_has_every_company) OR (EXISTS ( SELECT
   FROM clients c
  WHERE (c.id = client_assignments.client_id)))));

-- :: policy client_changes.by_system
create policy by_system on client_changes as permissive for all to clientupdater_system
using (true);

-- :: policy client_changes.with_client
create policy with_client on client_changes as permissive for all to clientupdater_app
using ((( SELECT scope_has_every_company() AS scope_has_every_company) OR (EXISTS ( SELECT
   FROM clients c
  WHERE (c.id = client_changes.client_id)))));

-- :: policy client_period_status.by_system
create policy by_system on client_period_status as permissive for all to clientupdater_system
using (true);

-- :: policy client_period_status.within_scope
create policy within_scope on client_period_status as permissive for all to clientupdater_app
using (((company_id = ANY (( SELECT scope_ids('clientupdater.all_companies'::text) AS scope_ids)::uuid[])) OR ((company_id = ANY (( SELECT scope_companies('branch'::text) AS scope_companies)::uuid[])) AND (home_branch_id IN ( SELECT unnest(( SELECT scope_ids('clientupdater.direct_branches'::text) AS scope_ids)) AS unnest))) OR ((company_id = ANY (( SELECT scope_companies('area'::text) AS scope_companies)::uuid[])) AND (home_branch_id IN ( SELECT unnest(( SELECT scope_ids('clientupdater.area_branches'::text) AS scope_ids)) AS unnest))) OR ((home_branch_id IS NULL) AND client_is_in_scope(client_id)) OR (client_id IN ( SELECT unnest(( SELECT own_clients() AS own_clients)) AS unnest))));

-- :: policy client_sources.by_system
create policy by_system on client_sources as permissive for all to clientupdater_system
using (true);

-- :: policy client_sources.with_client
create policy with_client on client_sources as permissive for all to clientupdater_app
using ((EXISTS ( SELECT
   FROM clients c
  WHERE (c.id = client_sources.client_id))));

-- :: policy client_sync_history.by_system
create policy by_system on client_sync_history as permissive for all to clientupdater_system
using (true);

-- :: policy client_sync_history.with_client
create policy with_client on client_sync_history as permissive for all to clientupdater_app
using ((( SELECT scope_has_every_company() AS scope_has_every_company) OR (EXISTS ( SELECT
   FROM clients c
  WHERE (c.id = client_sync_history.client_id)))));

-- :: policy client_words.by_system
create policy by_system on client_words as permissive for all to clientupdater_system
using (true);

-- :: policy client_words.within_scope
create policy within_scope on client_words as permissive for all to clientupdater_app
using (((company_id = ANY (( SELECT scope_ids('clientupdater.all_companies'::text) AS scope_ids)::uuid[])) OR ((company_id = ANY (( SELECT scope_companies('branch'::text) AS scope_companies)::uuid[])) AND (branch_id IN ( SELECT unnest(( SELECT scope_ids('clientupdater.direct_branches'::text) AS scope_ids)) AS unnest))) OR ((company_id = ANY (( SELECT scope_companies('area'::text) AS scope_companies)::uuid[])) AND (branch_id IN ( SELECT unnest(( SELECT scope_ids('clientupdater.area_branches'::text) AS scope_ids)) AS unnest))) OR ((company_id = ANY (( SELECT scope_companies('self'::text) AS scope_companies)::uuid[])) AND ((assigned_to = ( SELECT scope_actor() AS scope_actor)) OR ((assigned_to = ANY (( SELECT scope_ids('clientupdater.stand_ins'::text) AS scope_ids)::uuid[])) AND (branch_id = ANY (( SELECT scope_ids('clientupdater.stand_in_branches'::text) AS scope_ids)::uuid[])))))));

-- :: policy clients.by_system
create policy by_system on clients as permissive for all to clientupdater_system
using (true);

-- :: policy clients.within_scope
create policy within_scope on clients as permissive for all to clientupdater_app
using (((company_id = ANY (( SELECT scope_ids('clientupdater.all_companies'::text) AS scope_ids)::uuid[])) OR ((company_id = ANY (( SELECT scope_companies('branch'::text) AS scope_companies)::uuid[])) AND (branch_id IN ( SELECT unnest(( SELECT scope_ids('clientupdater.direct_branches'::text) AS scope_ids)) AS unnest))) OR ((company_id = ANY (( SELECT scope_companies('area'::text) AS scope_companies)::uuid[])) AND (branch_id IN ( SELECT unnest(( SELECT scope_ids('clientupdater.area_branches'::text) AS scope_ids)) AS unnest))) OR ((company_id = ANY (( SELECT scope_companies('self'::text) AS scope_companies)::uuid[])) AND ((assigned_to = ( SELECT scope_actor() AS scope_actor)) OR ((assigned_to = ANY (( SELECT scope_ids('clientupdater.stand_ins'::text) AS scope_ids)::uuid[])) AND (branch_id = ANY (( SELECT scope_ids('clientupdater.stand_in_branches'::text) AS scope_ids)::uuid[])))))));

-- :: policy data_access_log.by_system
create policy by_system on data_access_log as permissive for all to clientupdater_system
using (true);

-- :: policy data_access_log.own_name
create policy own_name on data_access_log as permissive for insert to clientupdater_app
with check ((actor_id = ( SELECT scope_actor() AS scope_actor)));

-- :: policy data_access_log.whole_company
create policy whole_company on data_access_log as permissive for select to clientupdater_app
using (((actor_id = ( SELECT scope_actor() AS scope_actor)) OR (company_id = ANY (( SELECT scope_ids('clientupdater.all_companies'::text) AS scope_ids)::uuid[])) OR ((company_id IS NULL) AND ( SELECT scope_has_every_company() AS scope_has_every_company))));

-- :: policy export_jobs.by_system
create policy by_system on export_jobs as permissive for all to clientupdater_system
using (true);

-- :: policy export_jobs.own_exports
create policy own_exports on export_jobs as permissive for all to clientupdater_app
using ((created_by = ( SELECT scope_actor() AS scope_actor)));

-- :: policy hand_over_clients.by_system
create policy by_system on hand_over_clients as permissive for all to clientupdater_system
using (true);

-- :: policy hand_over_clients.with_client
create policy with_client on hand_over_clients as permissive for all to clientupdater_app
using ((EXISTS ( SELECT
   FROM clients c
  WHERE (c.id = hand_over_clients.client_id))));

-- :: policy idempotency_keys.by_system
create policy by_system on idempotency_keys as permissive for all to clientupdater_system
using (true);

-- :: policy idempotency_keys.own_answers
create policy own_answers on idempotency_keys as permissive for all to clientupdater_app
using ((actor_id = ( SELECT scope_actor() AS scope_actor)));

-- :: policy one_time_passwords.by_administration
create policy by_administration on one_time_passwords as permissive for all to public
using (( SELECT scope_administers() AS scope_administers));

-- :: policy period_seal_rows.by_system
create policy by_system on period_seal_rows as permissive for all to clientupdater_system
using (true);

-- :: policy period_seal_rows.with_client
create policy with_client on period_seal_rows as permissive for all to clientupdater_app
using ((EXISTS ( SELECT
   FROM clients c
  WHERE (c.id = period_seal_rows.client_id)
 OFFSET 0)));

-- :: policy role_grants.by_administration
create policy by_administration on role_grants as permissive for insert to public
with check (( SELECT scope_administers() AS scope_administers));

-- :: policy role_grants.changed_by_administration
create policy changed_by_administration on role_grants as permissive for update to public
using (( SELECT scope_administers() AS scope_administers))
with check (( SELECT scope_administers() AS scope_administers));

-- :: policy role_grants.readable
create policy readable on role_grants as permissive for select to public
using (true);

-- :: policy role_grants.removed_by_administration
create policy removed_by_administration on role_grants as permissive for delete to public
using (( SELECT scope_administers() AS scope_administers));

-- :: policy roles.by_administration
create policy by_administration on roles as permissive for insert to public
with check (( SELECT scope_administers() AS scope_administers));

-- :: policy roles.changed_by_administration
create policy changed_by_administration on roles as permissive for update to public
using (( SELECT scope_administers() AS scope_administers))
with check (( SELECT scope_administers() AS scope_administers));

-- :: policy roles.readable
create policy readable on roles as permissive for select to public
using (true);

-- :: policy roles.removed_by_administration
create policy removed_by_administration on roles as permissive for delete to public
using (( SELECT scope_administers() AS scope_administers));

-- :: policy row_count_changes.by_system
create policy by_system on row_count_changes as permissive for all to clientupdater_system
using (true);

-- :: policy row_count_changes.within_scope
create policy within_scope on row_count_changes as permissive for all to clientupdater_app
using (((company_id = ANY (( SELECT scope_ids('clientupdater.all_companies'::text) AS scope_ids)::uuid[])) OR ((company_id = ANY (( SELECT scope_companies('branch'::text) AS scope_companies)::uuid[])) AND (branch_id IN ( SELECT unnest(( SELECT scope_ids('clientupdater.direct_branches'::text) AS scope_ids)) AS unnest))) OR ((company_id = ANY (( SELECT scope_companies('area'::text) AS scope_companies)::uuid[])) AND (branch_id IN ( SELECT unnest(( SELECT scope_ids('clientupdater.area_branches'::text) AS scope_ids)) AS unnest))) OR ((company_id = ANY (( SELECT scope_companies('self'::text) AS scope_companies)::uuid[])) AND ((assigned_to = ( SELECT scope_actor() AS scope_actor)) OR ((assigned_to = ANY (( SELECT scope_ids('clientupdater.stand_ins'::text) AS scope_ids)::uuid[])) AND (branch_id = ANY (( SELECT scope_ids('clientupdater.stand_in_branches'::text) AS scope_ids)::uuid[])))))));

-- :: policy row_counts.by_system
create policy by_system on row_counts as permissive for all to clientupdater_system
using (true);

-- :: policy row_counts.within_scope
create policy within_scope on row_counts as permissive for all to clientupdater_app
using (((company_id = ANY (( SELECT scope_ids('clientupdater.all_companies'::text) AS scope_ids)::uuid[])) OR ((company_id = ANY (( SELECT scope_companies('branch'::text) AS scope_companies)::uuid[])) AND (branch_id IN ( SELECT unnest(( SELECT scope_ids('clientupdater.direct_branches'::text) AS scope_ids)) AS unnest))) OR ((company_id = ANY (( SELECT scope_companies('area'::text) AS scope_companies)::uuid[])) AND (branch_id IN ( SELECT unnest(( SELECT scope_ids('clientupdater.area_branches'::text) AS scope_ids)) AS unnest))) OR ((company_id = ANY (( SELECT scope_companies('self'::text) AS scope_companies)::uuid[])) AND ((assigned_to = ( SELECT scope_actor() AS scope_actor)) OR ((assigned_to = ANY (( SELECT scope_ids('clientupdater.stand_ins'::text) AS scope_ids)::uuid[])) AND (branch_id = ANY (( SELECT scope_ids('clientupdater.stand_in_branches'::text) AS scope_ids)::uuid[])))))));

-- :: policy sealed_remarks.system_only
create policy system_only on sealed_remarks as permissive for all to clientupdater_system
using (true);

-- :: policy sealed_remarks.with_event
create policy with_event on sealed_remarks as permissive for select to public
using ((EXISTS ( SELECT
   FROM status_events e
  WHERE (e.id = sealed_remarks.event_id)
 OFFSET 0)));

-- :: policy stand_ins.by_administration
create policy by_administration on stand_ins as permissive for insert to public
with check (( SELECT scope_administers() AS scope_administers));

-- :: policy stand_ins.changed_by_administration
create policy changed_by_administration on stand_ins as permissive for update to public
using (( SELECT scope_administers() AS scope_administers))
with check (( SELECT scope_administers() AS scope_administers));

-- :: policy stand_ins.readable
create policy readable on stand_ins as permissive for select to public
using (true);

-- :: policy stand_ins.removed_by_administration
create policy removed_by_administration on stand_ins as permissive for delete to public
using (( SELECT scope_administers() AS scope_administers));

-- :: policy status_events.by_system
create policy by_system on status_events as permissive for all to clientupdater_system
using (true);

-- :: policy status_events.with_row
create policy with_row on status_events as permissive for all to clientupdater_app
using (((company_id = ANY (( SELECT scope_ids('clientupdater.all_companies'::text) AS scope_ids)::uuid[])) OR (EXISTS ( SELECT
   FROM client_period_status s
  WHERE (s.id = status_events.client_period_status_id)
 OFFSET 0))));

-- :: policy sync_plans.by_system
create policy by_system on sync_plans as permissive for all to clientupdater_system
using (true);

-- :: policy sync_plans.whole_company
create policy whole_company on sync_plans as permissive for all to clientupdater_app
using (((company_id = ANY (( SELECT scope_ids('clientupdater.all_companies'::text) AS scope_ids)::uuid[])) OR ((company_id IS NULL) AND ( SELECT scope_has_every_company() AS scope_has_every_company))));

-- :: policy sync_rejects.by_system
create policy by_system on sync_rejects as permissive for all to clientupdater_system
using (true);

-- :: policy sync_rejects.whole_company
create policy whole_company on sync_rejects as permissive for all to clientupdater_app
using (((company_id = ANY (( SELECT scope_ids('clientupdater.all_companies'::text) AS scope_ids)::uuid[])) OR ((company_id IS NULL) AND ( SELECT scope_has_every_company() AS scope_has_every_company))));

-- :: policy sync_snapshots.by_system
create policy by_system on sync_snapshots as permissive for all to clientupdater_system
using (true);

-- :: policy sync_snapshots.whole_company
create policy whole_company on sync_snapshots as permissive for all to clientupdater_app
using (((company_id = ANY (( SELECT scope_ids('clientupdater.all_companies'::text) AS scope_ids)::uuid[])) OR ((company_id IS NULL) AND ( SELECT scope_has_every_company() AS scope_has_every_company))));

-- :: policy user_areas.by_administration
create policy by_administration on user_areas as permissive for insert to public
with check (( SELECT scope_administers() AS scope_administers));

-- :: policy user_areas.changed_by_administration
create policy changed_by_administration on user_areas as permissive for update to public
using (( SELECT scope_administers() AS scope_administers))
with check (( SELECT scope_administers() AS scope_administers));

-- :: policy user_areas.readable
create policy readable on user_areas as permissive for select to public
using (true);

-- :: policy user_areas.removed_by_administration
create policy removed_by_administration on user_areas as permissive for delete to public
using (( SELECT scope_administers() AS scope_administers));

-- :: policy user_branches.by_administration
create policy by_administration on user_branches as permissive for insert to public
with check (( SELECT scope_administers() AS scope_administers));

-- :: policy user_branches.changed_by_administration
create policy changed_by_administration on user_branches as permissive for update to public
using (( SELECT scope_administers() AS scope_administers))
with check (( SELECT scope_administers() AS scope_administers));

-- :: policy user_branches.readable
create policy readable on user_branches as permissive for select to public
using (true);

-- :: policy user_branches.removed_by_administration
create policy removed_by_administration on user_branches as permissive for delete to public
using (( SELECT scope_administers() AS scope_administers));

-- :: policy user_permissions.by_administration
create policy by_administration on user_permissions as permissive for insert to public
with check (( SELECT scope_administers() AS scope_administers));

-- :: policy user_permissions.changed_by_administration
create policy changed_by_administration on user_permissions as permissive for update to public
using (( SELECT scope_administers() AS scope_administers))
with check (( SELECT scope_administers() AS scope_administers));

-- :: policy user_permissions.readable
create policy readable on user_permissions as permissive for select to public
using (true);

-- :: policy user_permissions.removed_by_administration
create policy removed_by_administration on user_permissions as permissive for delete to public
using (( SELECT scope_administers() AS scope_administers));

-- :: policy user_roles.by_administration
create policy by_administration on user_roles as permissive for insert to public
with check (( SELECT scope_administers() AS scope_administers));

-- :: policy user_roles.changed_by_administration
create policy changed_by_administration on user_roles as permissive for update to public
using (( SELECT scope_administers() AS scope_administers))
with check (( SELECT scope_administers() AS scope_administers));

-- :: policy user_roles.readable
create policy readable on user_roles as permissive for select to public
using (true);

-- :: policy user_roles.removed_by_administration
create policy removed_by_administration on user_roles as permissive for delete to public
using (( SELECT scope_administers() AS scope_administers));

-- :: policy user_sessions.by_administration
create policy by_administration on user_sessions as permissive for all to public
using (( SELECT scope_administers() AS scope_administers));

-- :: policy users.by_administration
create policy by_administration on users as permissive for insert to public
with check (( SELECT scope_administers() AS scope_administers));

-- :: policy users.changed_by_administration
create policy changed_by_administration on users as permissive for update to public
using (( SELECT scope_administers() AS scope_administers))
with check (( SELECT scope_administers() AS scope_administers));

-- :: policy users.readable
create policy readable on users as permissive for select to public
using (true);

-- :: policy users.removed_by_administration
create policy removed_by_administration on users as permissive for delete to public
using (( SELECT scope_administers() AS scope_administers));

-- :: policy webhook_events.system_only
create policy system_only on webhook_events as permissive for all to clientupdater_system
using (true);

-- :: table grant account_types
grant delete, insert, select, update on account_types to clientupdater_app;

-- :: table grant activity_logs
grant insert, select on activity_logs to clientupdater_app;

-- :: table grant area_branches
grant delete, insert, select, update on area_branches to clientupdater_app;

-- :: table grant areas
grant insert, select, update on areas to clientupdater_app;

-- :: table grant authorization_audit
grant insert, select on authorization_audit to clientupdater_app;

-- :: table grant branch_contacts
grant delete, insert, select, update on branch_contacts to clientupdater_app;

-- :: table grant branches
grant insert, select, update on branches to clientupdater_app;

-- :: table grant client_assignments
grant insert, select on client_assignments to clientupdater_app;

-- :: table grant client_changes
grant insert, select on client_changes to clientupdater_app;

-- :: table grant client_period_status
grant insert, select on client_period_status to clientupdater_app;

-- :: table grant client_sources
grant insert, select, update on client_sources to clientupdater_app;

-- :: table grant client_sync_history
grant insert, select on client_sync_history to clientupdater_app;

-- :: table grant client_words
grant select on client_words to clientupdater_app;

-- :: table grant clients
grant select on clients to clientupdater_app;

-- :: table grant companies
grant delete, insert, select, update on companies to clientupdater_app;

-- :: table grant config_audit_log
grant insert, select on config_audit_log to clientupdater_app;

-- :: table grant config_categories
grant delete, insert, select, update on config_categories to clientupdater_app;

-- :: table grant config_options
grant delete, insert, select, update on config_options to clientupdater_app;

-- :: table grant config_settings
grant delete, insert, select, update on config_settings to clientupdater_app;

-- :: table grant configuration_generation
grant select on configuration_generation to clientupdater_app;

-- :: table grant data_access_log
grant insert, select on data_access_log to clientupdater_app;

-- :: table grant export_jobs
grant delete, select on export_jobs to clientupdater_app;

-- :: table grant field_mappings
grant delete, insert, select, update on field_mappings to clientupdater_app;

-- :: table grant hand_over_clients
grant insert, select on hand_over_clients to clientupdater_app;

-- :: table grant hand_overs
grant insert, select, update on hand_overs to clientupdater_app;

-- :: table grant idempotency_keys
grant delete, insert, select, update on idempotency_keys to clientupdater_app;

-- :: table grant job_queue
grant delete, insert, select, update on job_queue to clientupdater_app;

-- :: table grant one_time_passwords
grant delete, insert, select, update on one_time_passwords to clientupdater_app;

-- :: table grant par_statuses
grant delete, insert, select, update on par_statuses to clientupdater_app;

-- :: table grant pension_types
grant delete, insert, select, update on pension_types to clientupdater_app;

-- :: table grant pensioner_types
grant delete, insert, select, update on pensioner_types to clientupdater_app;

-- :: table grant period_openings
grant insert, select, update on period_openings to clientupdater_app;

-- :: table grant period_seal_branches
grant select on period_seal_branches to clientupdater_app;

-- :: table grant period_seal_rows
grant select on period_seal_rows to clientupdater_app;

-- :: table grant period_seals
grant select on period_seals to clientupdater_app;

-- :: table grant permissions
grant select on permissions to clientupdater_app;

-- :: table grant products
grant delete, insert, select, update on products to clientupdater_app;

-- :: table grant protected_columns
grant select on protected_columns to clientupdater_app;

-- :: table grant purge_log
grant select on purge_log to clientupdater_app;

-- :: table grant rate_limit_counts
grant delete, insert, select, update on rate_limit_counts to clientupdater_app;

-- :: table grant role_grants
grant delete, insert, select, update on role_grants to clientupdater_app;

-- :: table grant roles
grant delete, insert, select, update on roles to clientupdater_app;

-- :: table grant row_count_changes
grant select on row_count_changes to clientupdater_app;

-- :: table grant row_count_folds
grant select on row_count_folds to clientupdater_app;

-- :: table grant row_counts
grant select on row_counts to clientupdater_app;

-- :: table grant scheduled_jobs
grant insert, select, update on scheduled_jobs to clientupdater_app;

-- :: table grant sealed_remarks
grant select on sealed_remarks to clientupdater_app;

-- :: table grant stand_ins
grant insert, select on stand_ins to clientupdater_app;

-- :: table grant status_events
grant insert, select on status_events to clientupdater_app;

-- :: table grant status_reasons
grant delete, insert, select, update on status_reasons to clientupdater_app;

-- :: table grant status_type_companies
grant select on status_type_companies to clientupdater_app;

-- :: table grant status_types
grant delete, insert, select, update on status_types to clientupdater_app;

-- :: table grant sync_jobs
grant insert, select, update on sync_jobs to clientupdater_app;

-- :: table grant sync_plans
grant delete, insert, select, update on sync_plans to clientupdater_app;

-- :: table grant sync_rejects
grant delete, insert, select, update on sync_rejects to clientupdater_app;

-- :: table grant sync_snapshots
grant delete, insert, select, update on sync_snapshots to clientupdater_app;

-- :: table grant sync_watermarks
grant insert, select, update on sync_watermarks to clientupdater_app;

-- :: table grant user_areas
grant delete, insert, select, update on user_areas to clientupdater_app;

-- :: table grant user_branches
grant delete, insert, select, update on user_branches to clientupdater_app;

-- :: table grant user_permissions
grant delete, insert, select, update on user_permissions to clientupdater_app;

-- :: table grant user_roles
grant delete, insert, select, update on user_roles to clientupdater_app;

-- :: table grant user_sessions
grant delete, insert, select, update on user_sessions to clientupdater_app;

-- :: table grant users
grant insert, update on users to clientupdater_app;

-- :: column grant client_assignments (update)
grant update (assigned_until, end_reason, ended_by) on client_assignments to clientupdater_app;

-- :: column grant client_period_status (update)
grant update (branch_id, client_id, company_id, contact_branch_id, contact_by, done_at, done_by, done_on, exempt_cause, has_payment, is_terminal, next_follow_up_on, period_month, period_quarter, period_type, period_year, promised_amount, promised_on, reason_id, remarks, revived_at, status_type_id, terminal_at, update_count, updated_at, updated_by, version) on client_period_status to clientupdater_app;

-- :: column grant clients (insert)
grant insert (account_type_id, address, birth_date, branch_id, client_code, company_id, contact_conflict, contact_number, contact_number_alt, contact_number_alt_corrected, contact_number_corrected, created_at, deleted_at, full_name, id, is_active, last_synced_at, loan_status, par_status_id, past_due_amount, pension_blind_index, pension_last4, pension_number, pension_type_id, pensioner_type_id, product_id, sync_source, tracking_cycle_from, updated_at, version) on clients to clientupdater_app;

-- :: column grant clients (update)
grant update (account_type_id, address, birth_date, branch_id, client_code, company_id, contact_conflict, contact_number, contact_number_alt, contact_number_alt_corrected, contact_number_corrected, deleted_at, full_name, is_active, last_synced_at, loan_status, par_status_id, past_due_amount, pension_blind_index, pension_last4, pension_number, pension_type_id, pensioner_type_id, product_id, sync_source, tracking_cycle_from, updated_at, version) on clients to clientupdater_app;

-- :: column grant export_jobs (insert)
grant insert (company_id, created_at, created_by, format, id, job_id, parameters, status, type) on export_jobs to clientupdater_app;

-- :: column grant export_jobs (update)
grant update (created_at) on export_jobs to clientupdater_app;

-- :: column grant stand_ins (update)
grant update (ended_at, ended_by) on stand_ins to clientupdater_app;

-- :: column grant users (select)
grant select (clerk_id, created_at, deleted_at, email, failed_login_count, first_name, id, image_url, is_active, last_login_at, last_name, locked_until, login_count, must_change_password, password_changed_at, password_expires_at, password_issued_by, password_issued_rights, updated_at, version) on users to clientupdater_app;

-- :: function grant append_event(uuid,text,integer,uuid,uuid,text,date,boolean,date,numeric,integer,text,timestamp with time zone,timestamp with time zone,uuid,uuid,uuid,timestamp with time zone,date,uuid,uuid,timestamp with time zone,text,uuid,uuid,text,boolean,boolean,text,timestamp with time zone,uuid,date,date,numeric,integer,text,uuid,uuid,text,text,text,jsonb,text,text)
revoke execute on function append_event(uuid,text,integer,uuid,uuid,text,date,boolean,date,numeric,integer,text,timestamp with time zone,timestamp with time zone,uuid,uuid,uuid,timestamp with time zone,date,uuid,uuid,timestamp with time zone,text,uuid,uuid,text,boolean,boolean,text,timestamp with time zone,uuid,date,date,numeric,integer,text,uuid,uuid,text,text,text,jsonb,text,text) from public;
grant execute on function append_event(uuid,text,integer,uuid,uuid,text,date,boolean,date,numeric,integer,text,timestamp with time zone,timestamp with time zone,uuid,uuid,uuid,timestamp with time zone,date,uuid,uuid,timestamp with time zone,text,uuid,uuid,text,boolean,boolean,text,timestamp with time zone,uuid,date,date,numeric,integer,text,uuid,uuid,text,text,text,jsonb,text,text) to clientupdater_app;

-- :: function grant blank_remarks(uuid,text)
revoke execute on function blank_remarks(uuid,text) from public;

-- :: function grant claim_answer(uuid,character varying,timestamp with time zone)
revoke execute on function claim_answer(uuid,character varying,timestamp with time zone) from public;
grant execute on function claim_answer(uuid,character varying,timestamp with time zone) to clientupdater_app;

-- :: function grant client_has_ended(uuid)
revoke execute on function client_has_ended(uuid) from public;
grant execute on function client_has_ended(uuid) to clientupdater_app;

-- :: function grant client_in_period(uuid,text,text)
revoke execute on function client_in_period(uuid,text,text) from public;
grant execute on function client_in_period(uuid,text,text) to clientupdater_app;

-- :: function grant fold_row_counts(integer)
revoke execute on function fold_row_counts(integer) from public;

-- :: function grant keep_answer(uuid,character varying,bytea,bytea,integer,jsonb,bytea,timestamp with time zone,timestamp with time zone)
revoke execute on function keep_answer(uuid,character varying,bytea,bytea,integer,jsonb,bytea,timestamp with time zone,timestamp with time zone) from public;
grant execute on function keep_answer(uuid,character varying,bytea,bytea,integer,jsonb,bytea,timestamp with time zone,timestamp with time zone) to clientupdater_app;

-- :: function grant keep_delivery(text,text,jsonb,timestamp with time zone)
revoke execute on function keep_delivery(text,text,jsonb,timestamp with time zone) from public;
grant execute on function keep_delivery(text,text,jsonb,timestamp with time zone) to clientupdater_app;

-- :: function grant rejects_about(uuid,integer)
revoke execute on function rejects_about(uuid,integer) from public;
grant execute on function rejects_about(uuid,integer) to clientupdater_app;

-- :: function grant remarks_were_erased(uuid,uuid)
revoke execute on function remarks_were_erased(uuid,uuid) from public;
grant execute on function remarks_were_erased(uuid,uuid) to clientupdater_app;

-- :: function grant row_is_in_scope(uuid,uuid,uuid)
revoke execute on function row_is_in_scope(uuid,uuid,uuid) from public;

-- :: function grant sealed_leaves(uuid,uuid,uuid)
revoke execute on function sealed_leaves(uuid,uuid,uuid) from public;
grant execute on function sealed_leaves(uuid,uuid,uuid) to clientupdater_app;

-- :: function grant session_by_fingerprint(text)
revoke execute on function session_by_fingerprint(text) from public;
grant execute on function session_by_fingerprint(text) to clientupdater_app;

-- :: function grant stored_password(uuid)
revoke execute on function stored_password(uuid) from public;
grant execute on function stored_password(uuid) to clientupdater_app;

-- :: function grant touch_session(uuid,timestamp with time zone)
revoke execute on function touch_session(uuid,timestamp with time zone) from public;
grant execute on function touch_session(uuid,timestamp with time zone) to clientupdater_app;
