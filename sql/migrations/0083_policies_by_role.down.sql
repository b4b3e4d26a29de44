-- It locks several tables; it gives up, and is tried again, before PostgreSQL takes a wait for a deadlock.
set local lock_timeout = '500ms';

drop policy by_system on clients;
drop policy by_system on client_words;
drop policy by_system on row_counts;
drop policy by_system on row_count_changes;
drop policy by_system on client_period_status;
drop policy by_system on status_events;
drop policy by_system on client_assignments;
drop policy by_system on client_changes;
drop policy by_system on client_sources;
drop policy by_system on client_sync_history;
drop policy by_system on hand_over_clients;
drop policy by_system on period_seal_rows;
drop policy by_system on sync_plans;
drop policy by_system on sync_rejects;
drop policy by_system on sync_snapshots;
drop policy by_system on data_access_log;
drop policy by_system on export_jobs;
drop policy by_system on idempotency_keys;

alter policy within_scope on clients to public
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

alter policy within_scope on client_words to public
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

alter policy within_scope on row_counts to public
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

alter policy within_scope on row_count_changes to public
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

alter policy within_scope on client_period_status to public
using (
    (select scope_is_system())
    or company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
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

alter policy with_row on status_events to public
using (
    (select scope_is_system())
    or company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
    or exists (
        select from client_period_status s
         where s.id = status_events.client_period_status_id
        offset 0
    )
);

alter policy with_client on client_assignments to public
using (
    (select scope_is_system())
    or exists (select from clients c where c.id = client_assignments.client_id)
);

alter policy with_client on client_changes to public
using (
    (select scope_is_system())
    or exists (select from clients c where c.id = client_changes.client_id)
);

alter policy with_client on client_sources to public
using (
    (select scope_is_system())
    or exists (select from clients c where c.id = client_sources.client_id)
);

alter policy with_client on client_sync_history to public
using (
    (select scope_is_system())
    or exists (select from clients c where c.id = client_sync_history.client_id)
);

alter policy with_client on hand_over_clients to public
using (
    (select scope_is_system())
    or exists (select from clients c where c.id = hand_over_clients.client_id)
);

alter policy with_client on period_seal_rows to public
using (
    (select scope_is_system())
    or exists (select from clients c where c.id = period_seal_rows.client_id offset 0)
);

alter policy whole_company on sync_plans to public
using (
    (select scope_is_system())
    or company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
    or (company_id is null and (select scope_has_every_company()))
);

alter policy whole_company on sync_rejects to public
using (
    (select scope_is_system())
    or company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
    or (company_id is null and (select scope_has_every_company()))
);

alter policy whole_company on sync_snapshots to public
using (
    (select scope_is_system())
    or company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
    or (company_id is null and (select scope_has_every_company()))
);

alter policy own_name on data_access_log to public
with check (
    (select scope_is_system())
    or actor_id = (select scope_actor())
);

alter policy whole_company on data_access_log to public
using (
    (select scope_is_system())
    or actor_id = (select scope_actor())
    or company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
    or (company_id is null and (select scope_has_every_company()))
);

alter policy own_exports on export_jobs to public
using (
    (select scope_is_system())
    or created_by = (select scope_actor())
);

alter policy own_answers on idempotency_keys to public
using (
    (select scope_is_system())
    or actor_id = (select scope_actor())
);

alter policy system_only on sealed_remarks to public
using ((select scope_is_system()));

alter policy system_only on webhook_events to public
using ((select scope_is_system()));
