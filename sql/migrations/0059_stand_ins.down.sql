alter policy within_scope on clients using (
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
        and assigned_to = (select scope_actor())
    )
);

alter policy within_scope on client_words using (
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
        and assigned_to = (select scope_actor())
    )
);

create or replace function scope_has_own_clients()
returns boolean
language sql
stable parallel safe
as $$
    select exists (select from clients c where c.assigned_to = scope_actor())
$$;

drop table stand_ins;
