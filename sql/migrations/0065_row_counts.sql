-- How many period rows there are of each kind, kept in the transaction that changes them (ADR 32).
-- Each statement that changes rows, or what they are counted by, appends its changes; nothing is ever
-- updated in place, so no writer waits for another. fold_row_counts() adds changes to row_counts.

create table row_count_changes (
    id bigint generated always as identity primary key,
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

-- Each row is counted once in each view: a view has the columns that its reports go by, and no others,
-- so that it has few rows.
create table row_counts (
    id bigint generated always as identity primary key,
    view text not null check (view in ('standing', 'product', 'credit', 'day')),
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

create unique index row_counts_cell_key on row_counts (
    view, period, company_id, branch_id, assigned_to, is_exempt, is_done, is_confirmed, is_contacted,
    status_type_id, has_payment, is_terminal, product_id, pension_type_id, contact_branch_id,
    contact_by, done_branch_id, done_by, done_on
) nulls not distinct;

create index row_counts_empty_idx on row_counts (id) where total = 0;

-- Its one row counts the folds: with the number of changes it names a state of the counts.
create table row_count_folds (
    only_one boolean primary key default true check (only_one),
    folds bigint not null
);

insert into row_count_folds (folds) values (0);

alter table row_count_changes enable row level security;
alter table row_count_changes force row level security;
create policy within_scope on row_count_changes
using (
    (select scope_is_system())
    or company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
    or (
        company_id = any((select scope_ids('clientupdater.branch_companies'))::uuid[])
        and branch_id in (select unnest((select scope_ids('clientupdater.direct_branches'))))
    )
    or (
        company_id = any((select scope_ids('clientupdater.area_companies'))::uuid[])
        and branch_id in (select unnest((select scope_ids('clientupdater.area_branches'))))
    )
    or (
        company_id = any((select scope_ids('clientupdater.self_companies'))::uuid[])
        and (
            assigned_to = (select scope_actor())
            or (
                assigned_to = any((select scope_ids('clientupdater.stand_ins'))::uuid[])
                and branch_id = any((select scope_ids('clientupdater.stand_in_branches'))::uuid[])
            )
        )
    )
);

alter table row_counts enable row level security;
alter table row_counts force row level security;
create policy within_scope on row_counts
using (
    (select scope_is_system())
    or company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
    or (
        company_id = any((select scope_ids('clientupdater.branch_companies'))::uuid[])
        and branch_id in (select unnest((select scope_ids('clientupdater.direct_branches'))))
    )
    or (
        company_id = any((select scope_ids('clientupdater.area_companies'))::uuid[])
        and branch_id in (select unnest((select scope_ids('clientupdater.area_branches'))))
    )
    or (
        company_id = any((select scope_ids('clientupdater.self_companies'))::uuid[])
        and (
            assigned_to = (select scope_actor())
            or (
                assigned_to = any((select scope_ids('clientupdater.stand_ins'))::uuid[])
                and branch_id = any((select scope_ids('clientupdater.stand_in_branches'))::uuid[])
            )
        )
    )
);

grant select on row_count_changes, row_counts, row_count_folds to clientupdater_app;

-- The clients are looked up by key, whatever the statistics say: the plan is kept for a session, and
-- statements of one row and of thousands share it.
create function count_new_rows() returns trigger
language plpgsql
security definer
set search_path = pg_catalog, public, pg_temp
set enable_seqscan = off
as $$
declare
    before text := coalesce(current_setting('clientupdater.system', true), '');
begin
    perform set_config('clientupdater.system', 'on', true);
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
    perform set_config('clientupdater.system', before, true);
    return null;
end
$$;

create function count_changed_rows() returns trigger
language plpgsql
security definer
set search_path = pg_catalog, public, pg_temp
set enable_seqscan = off
as $$
declare
    before text := coalesce(current_setting('clientupdater.system', true), '');
begin
    perform set_config('clientupdater.system', 'on', true);
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
    perform set_config('clientupdater.system', before, true);
    return null;
end
$$;

-- A client takes its rows along. They are locked first, in the order of every writer: an update of a
-- row that is not committed yet has counted it under the client as it was.
create function count_rows_of_changed_clients() returns trigger
language plpgsql
security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    before text := coalesce(current_setting('clientupdater.system', true), '');
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
    perform set_config('clientupdater.system', 'on', true);
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
    perform set_config('clientupdater.system', before, true);
    return null;
end
$$;

create trigger count_new_rows after insert on client_period_status
referencing new table as arrived
for each statement execute function count_new_rows();

create trigger count_changed_rows after update on client_period_status
referencing old table as was new table as arrived
for each statement execute function count_changed_rows();

create trigger count_rows_of_changed_clients after update on clients
referencing old table as was new table as arrived
for each statement execute function count_rows_of_changed_clients();

-- Folds up to so many changes, and says how many there were; null while another fold runs. Readers
-- see all of it or nothing of it.
create function fold_row_counts(at_most integer) returns integer
language plpgsql
security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    before text := coalesce(current_setting('clientupdater.system', true), '');
    folded integer;
begin
    if not pg_try_advisory_xact_lock(1667856208, 32) then
        return null;
    end if;
    perform set_config('clientupdater.system', 'on', true);
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
    perform set_config('clientupdater.system', before, true);
    return folded;
end
$$;

revoke execute on function fold_row_counts(integer) from public;
grant execute on function fold_row_counts(integer) to clientupdater_app;

-- The rows that are there already, counted as changes and folded at once.
select set_config('clientupdater.system', 'on', true);

insert into row_count_changes (
    period, company_id, branch_id, assigned_to, product_id, pension_type_id, status_type_id,
    is_exempt, has_payment, is_terminal, is_done, is_confirmed, is_contacted, contact_branch_id,
    contact_by, done_branch_id, done_by, done_on, change
)
select
    s.period, c.company_id, c.branch_id, c.assigned_to, c.product_id, c.pension_type_id,
    s.status_type_id, s.exempt_cause is not null, s.has_payment, s.is_terminal,
    t.code = 'DONE', t.code = 'DONE' and coalesce(r.code = 'CONFIRMED', false),
    s.contact_branch_id is not null, s.contact_branch_id, s.contact_by,
    case when t.code = 'DONE' then s.branch_id end, s.done_by, s.done_on,
    count(*)
from client_period_status s
join clients c on c.id = s.client_id and c.deleted_at is null
join status_types t on t.id = s.status_type_id
left join status_reasons r on r.id = s.reason_id
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18;

select fold_row_counts(2147483647);
