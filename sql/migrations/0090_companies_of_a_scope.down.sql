set local lock_timeout = '500ms';

alter policy within_scope on clients using (
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

alter policy within_scope on client_period_status using (
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

alter policy within_scope on row_count_changes using (
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

alter policy within_scope on row_counts using (
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

alter policy within_scope on client_words using (
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

drop function scope_companies(text);
