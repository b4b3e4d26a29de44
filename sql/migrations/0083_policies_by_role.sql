-- A4: the system has a policy of its own, which is true, beside those of the application. PostgreSQL then
-- drops every other policy from the plan of what runs as the system or as the owner, such as the functions of
-- triggers; one policy for both had each statement set up, and judge, what the system never needs.
--
-- It locks several tables, in the order in which an update does: one that waits has locked none of them. It gives up,
-- and is tried again, before PostgreSQL takes a wait for a deadlock.
set local lock_timeout = '500ms';

alter policy own_answers on idempotency_keys to clientupdater_app
using (
    actor_id = (select scope_actor())
);
create policy by_system on idempotency_keys to clientupdater_system using (true);

alter policy within_scope on clients to clientupdater_app
using (
    company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
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
create policy by_system on clients to clientupdater_system using (true);

alter policy within_scope on client_period_status to clientupdater_app
using (
    company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
    or (
        company_id = any((select scope_ids('clientupdater.branch_companies'))::uuid[])
        and home_branch_id in (select unnest((select scope_ids('clientupdater.direct_branches'))))
    )
    or (
        company_id = any((select scope_ids('clientupdater.area_companies'))::uuid[])
        and home_branch_id in (select unnest((select scope_ids('clientupdater.area_branches'))))
    )
    or (home_branch_id is null and client_is_in_scope(client_id))
    or client_id in (select unnest((select own_clients())))
);
create policy by_system on client_period_status to clientupdater_system using (true);

alter policy with_row on status_events to clientupdater_app
using (
    company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
    or exists (
        select from client_period_status s
         where s.id = status_events.client_period_status_id
        offset 0
    )
);
create policy by_system on status_events to clientupdater_system using (true);

alter policy within_scope on row_count_changes to clientupdater_app
using (
    company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
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
create policy by_system on row_count_changes to clientupdater_system using (true);

alter policy within_scope on row_counts to clientupdater_app
using (
    company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
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
create policy by_system on row_counts to clientupdater_system using (true);

alter policy within_scope on client_words to clientupdater_app
using (
    company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
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
create policy by_system on client_words to clientupdater_system using (true);

alter policy with_client on client_assignments to clientupdater_app
using (
    exists (select from clients c where c.id = client_assignments.client_id)
);
create policy by_system on client_assignments to clientupdater_system using (true);

alter policy with_client on client_sources to clientupdater_app
using (
    exists (select from clients c where c.id = client_sources.client_id)
);
create policy by_system on client_sources to clientupdater_system using (true);

alter policy with_client on client_changes to clientupdater_app
using (
    exists (select from clients c where c.id = client_changes.client_id)
);
create policy by_system on client_changes to clientupdater_system using (true);

alter policy with_client on client_sync_history to clientupdater_app
using (
    exists (select from clients c where c.id = client_sync_history.client_id)
);
create policy by_system on client_sync_history to clientupdater_system using (true);

alter policy with_client on hand_over_clients to clientupdater_app
using (
    exists (select from clients c where c.id = hand_over_clients.client_id)
);
create policy by_system on hand_over_clients to clientupdater_system using (true);

alter policy own_name on data_access_log to clientupdater_app
with check (
    actor_id = (select scope_actor())
);
create policy by_system on data_access_log to clientupdater_system using (true);

alter policy whole_company on data_access_log to clientupdater_app
using (
    actor_id = (select scope_actor())
    or company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
    or (company_id is null and (select scope_has_every_company()))
);

alter policy own_exports on export_jobs to clientupdater_app
using (
    created_by = (select scope_actor())
);
create policy by_system on export_jobs to clientupdater_system using (true);

alter policy whole_company on sync_plans to clientupdater_app
using (
    company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
    or (company_id is null and (select scope_has_every_company()))
);
create policy by_system on sync_plans to clientupdater_system using (true);

alter policy whole_company on sync_rejects to clientupdater_app
using (
    company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
    or (company_id is null and (select scope_has_every_company()))
);
create policy by_system on sync_rejects to clientupdater_system using (true);

alter policy whole_company on sync_snapshots to clientupdater_app
using (
    company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
    or (company_id is null and (select scope_has_every_company()))
);
create policy by_system on sync_snapshots to clientupdater_system using (true);

alter policy with_client on period_seal_rows to clientupdater_app
using (
    exists (select from clients c where c.id = period_seal_rows.client_id offset 0)
);
create policy by_system on period_seal_rows to clientupdater_system using (true);

alter policy system_only on sealed_remarks to clientupdater_system
using (true);

alter policy system_only on webhook_events to clientupdater_system
using (true);
