-- A4: who the system is, is a matter of roles (ADR 39). A transaction sees every client while it acts
-- as a member of clientupdater_system, and no setting that a statement could send makes it one. The
-- workers' login takes the role on for a transaction; the serving login cannot.
do $$
begin
    if not exists (select from pg_catalog.pg_roles where rolname = 'clientupdater_system')
        or not pg_has_role(current_user, 'clientupdater_system', 'member')
    then
        raise exception using
            errcode = 'insufficient_privilege',
            message = format('the role clientupdater_system is missing, or %s is no member of it; '
                'run sql/roles.sql as a superuser, then migrate again', current_user);
    end if;
end
$$;

create or replace function scope_is_system() returns boolean
language sql stable parallel safe
return pg_has_role(current_user, 'clientupdater_system', 'member');

-- Whether the caller of a function that runs as its owner is the system. Within such a function
-- current_user is the owner; the role that the transaction acts as stays in the setting.
create function caller_is_system() returns boolean
language sql stable parallel safe
return pg_has_role(
    coalesce(nullif(current_setting('role'), 'none'), session_user::text),
    'clientupdater_system', 'member'
);

-- The triggers' functions run as their owner, a member: they need no mark any longer.
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

CREATE OR REPLACE FUNCTION public.count_changed_rows()
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
                    s.done_by, s.done_on, -1 as change
                from was s
                union all
                select
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

-- What the serving login needs of tables that only the system sees, as narrow functions.

-- Deliveries of a source: each is stored once, by its id.
create function keep_delivery(of_source text, of_delivery text, its_body jsonb, at timestamptz)
returns boolean
language sql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with kept as (
        insert into webhook_events (source, delivery_id, body, received_at)
        values (of_source, of_delivery, its_body, at)
        on conflict (source, delivery_id) do nothing
        returning true
    )
    select exists (select from kept)
$$;

-- R11: a proof needs the leaves of all rows of the branch, which are hashes.
create function sealed_leaves(of_seal uuid, of_branch uuid, of_client uuid)
returns table (is_of_client boolean, leaf bytea)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select r.client_id = of_client, r.leaf
      from period_seal_rows r
     where r.seal_id = of_seal and r.branch_id = of_branch
     order by r.client_code
$$;

-- R11: whether it is on record that remarks were erased; the record itself is for auditors.
create function remarks_were_erased(of_client uuid, of_event uuid) returns boolean
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select exists (
        select from data_access_log d
         where d.client_id = of_client and d.action = 'blanked'
           and d.details ->> 'event' = of_event::text
    )
$$;

-- L1: what sources sent of a client, and was rejected, is part of its dossier. A run over every company
-- has rejects of no company, which an auditor of one company sees of its own clients alone.
create function rejects_about(of_client uuid, at_most integer)
returns table (
    created_at timestamptz, sync_job_id uuid, row_number integer, record jsonb, reasons jsonb
)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select r.created_at, r.sync_job_id, r.row_number, r.record, r.reasons
      from clients c
      join sync_rejects r on r.client_code = c.client_code
     where c.id = of_client
       and (caller_is_system()
            or c.company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[]))
     order by r.created_at desc, r.id
     limit at_most
$$;

revoke execute on function rejects_about(uuid, integer) from public;
grant execute on function rejects_about(uuid, integer) to clientupdater_app;
revoke execute on function keep_delivery(text, text, jsonb, timestamptz) from public;
revoke execute on function sealed_leaves(uuid, uuid, uuid) from public;
revoke execute on function remarks_were_erased(uuid, uuid) from public;
grant execute on function keep_delivery(text, text, jsonb, timestamptz) to clientupdater_app;
grant execute on function sealed_leaves(uuid, uuid, uuid) to clientupdater_app;
grant execute on function remarks_were_erased(uuid, uuid) to clientupdater_app;

-- The salts and digests of remarks are seen by those who see the remarks.
create policy with_event on sealed_remarks for select
using (exists (select from status_events e where e.id = sealed_remarks.event_id offset 0));
