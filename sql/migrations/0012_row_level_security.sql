-- The same policy that answers "may this actor do this to this client?" and filters the lists (A4),
-- enforced underneath: a query that forgot its predicate shows nothing it should not.
--
-- What the actor may reach is said once per transaction, by set_config(…, true):
--
--   clientupdater.system            'on': scheduled work, sync and the command line's own commands
--   clientupdater.actor             who acts
--   clientupdater.all_companies     every client of these companies              (scope all)
--   clientupdater.branch_companies  clients of these companies in …              (scope branch)
--   clientupdater.direct_branches   … branches given directly
--   clientupdater.area_companies    clients of these companies in …              (scope area)
--   clientupdater.area_branches     … branches given directly or through an area
--   clientupdater.self_companies    clients of these companies assigned to actor (scope self)
--
-- Lists are uuid[] literals. Nothing set: nothing visible. Each is read by a sub-select, so that
-- it is evaluated once per query and not once per row. Forced, so that it holds the owner as well.

create function scope_is_system() returns boolean
language sql stable parallel safe
return coalesce(current_setting('clientupdater.system', true) = 'on', false);

create function scope_actor() returns uuid
language sql stable parallel safe
return nullif(current_setting('clientupdater.actor', true), '')::uuid;

-- A local setting leaves '' behind when its transaction ends, hence nullif.
create function scope_ids(setting text) returns uuid[]
language sql stable parallel safe
return coalesce(nullif(current_setting(setting, true), ''), '{}')::uuid[];

-- What belongs to no single company (an unmapped record) is for those who hold them all.
create function scope_has_every_company() returns boolean
language sql stable parallel safe as $$
    select not exists (
        select from companies c
         where c.id <> all(scope_ids('clientupdater.all_companies'))
    )
$$;

-- Clients: by their own columns alone. A join here would recurse, and mislead the planner.
alter table clients enable row level security;
alter table clients force row level security;

create policy within_scope on clients
using (
    (select scope_is_system())
    or company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
    or (
        company_id = any((select scope_ids('clientupdater.branch_companies'))::uuid[])
        and branch_id = any((select scope_ids('clientupdater.direct_branches'))::uuid[])
    )
    or (
        company_id = any((select scope_ids('clientupdater.area_companies'))::uuid[])
        and branch_id = any((select scope_ids('clientupdater.area_branches'))::uuid[])
    )
    or (
        company_id = any((select scope_ids('clientupdater.self_companies'))::uuid[])
        and assigned_to = (select scope_actor())
    )
);

-- Rows and events carry their company: who holds all of it needs no look at the client, and a
-- dashboard of half a million rows stays an index scan. For all others the client decides, looked
-- up one by one (offset 0 keeps the planner from reading every client first).
alter table client_period_status enable row level security;
alter table client_period_status force row level security;
create policy with_client on client_period_status
using (
    (select scope_is_system())
    or company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
    or exists (select from clients c where c.id = client_period_status.client_id offset 0)
);

alter table status_events enable row level security;
alter table status_events force row level security;
create policy with_row on status_events
using (
    (select scope_is_system())
    or company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
    or exists (
        select from client_period_status s
         where s.id = status_events.client_period_status_id
        offset 0
    )
);

-- What else hangs on a client is visible with it: the sub-select is itself held to its policy.
alter table client_assignments enable row level security;
alter table client_assignments force row level security;
create policy with_client on client_assignments
using (
    (select scope_is_system())
    or exists (select from clients c where c.id = client_assignments.client_id)
);

alter table client_changes enable row level security;
alter table client_changes force row level security;
create policy with_client on client_changes
using (
    (select scope_is_system())
    or exists (select from clients c where c.id = client_changes.client_id)
);

alter table client_sources enable row level security;
alter table client_sources force row level security;
create policy with_client on client_sources
using (
    (select scope_is_system())
    or exists (select from clients c where c.id = client_sources.client_id)
);

alter table client_sync_history enable row level security;
alter table client_sync_history force row level security;
create policy with_client on client_sync_history
using (
    (select scope_is_system())
    or exists (select from clients c where c.id = client_sync_history.client_id)
);

-- What a source sent may name clients that are not there yet, or wrongly: by company, and all of it.
alter table sync_plans enable row level security;
alter table sync_plans force row level security;
create policy whole_company on sync_plans
using (
    (select scope_is_system())
    or company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
    or (company_id is null and (select scope_has_every_company()))
);

alter table sync_snapshots enable row level security;
alter table sync_snapshots force row level security;
create policy whole_company on sync_snapshots
using (
    (select scope_is_system())
    or company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
    or (company_id is null and (select scope_has_every_company()))
);

alter table sync_rejects enable row level security;
alter table sync_rejects force row level security;
create policy whole_company on sync_rejects
using (
    (select scope_is_system())
    or company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
    or (company_id is null and (select scope_has_every_company()))
);

-- Deliveries are taken and worked off by the system; no person reads them.
alter table webhook_events enable row level security;
alter table webhook_events force row level security;
create policy system_only on webhook_events using ((select scope_is_system()));

-- Everyone leaves traces under their own name; reading those of others takes the whole company.
alter table data_access_log enable row level security;
alter table data_access_log force row level security;
create policy whole_company on data_access_log for select
using (
    (select scope_is_system())
    or actor_id = (select scope_actor())
    or company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
    or (company_id is null and (select scope_has_every_company()))
);
create policy own_name on data_access_log for insert
with check ((select scope_is_system()) or actor_id = (select scope_actor()));

-- A kept answer may hold a client's data: only who got it gets it again.
alter table idempotency_keys enable row level security;
alter table idempotency_keys force row level security;
create policy own_answers on idempotency_keys
using ((select scope_is_system()) or actor_id = (select scope_actor()));
