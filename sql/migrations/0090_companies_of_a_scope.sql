-- A4: a policy verifies half as many settings. The companies by area, by branch and of one's own stand in
-- clientupdater.actor, which every signature is over:
--
--   clientupdater.actor    signature, actor|expires|process|key|{uuid,…}|{uuid,…}|{uuid,…}
--
-- A policy reads them as they are, since it asks for ids beside them that it does verify: a forged company fits no
-- signature. What a process that is older signs is verified one by one, as before.
set local lock_timeout = '500ms';

create function scope_companies(kind text) returns uuid[]
language sql stable parallel safe
as $$
    select case
        when split_part(current_setting('clientupdater.actor', true), '|', 7) <> ''
            then split_part(
                current_setting('clientupdater.actor', true), '|', array_position(array['area', 'branch', 'self'], kind) + 4
            )::uuid[]
        else scope_ids('clientupdater.' || kind || '_companies')
    end
$$;

alter policy within_scope on clients using (
    company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
    or (
        company_id = any((select scope_companies('branch'))::uuid[])
        and branch_id in (select unnest((select scope_ids('clientupdater.direct_branches'))))
    )
    or (
        company_id = any((select scope_companies('area'))::uuid[])
        and branch_id in (select unnest((select scope_ids('clientupdater.area_branches'))))
    )
    or (
        company_id = any((select scope_companies('self'))::uuid[])
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
        company_id = any((select scope_companies('branch'))::uuid[])
        and home_branch_id in (select unnest((select scope_ids('clientupdater.direct_branches'))))
    )
    or (
        company_id = any((select scope_companies('area'))::uuid[])
        and home_branch_id in (select unnest((select scope_ids('clientupdater.area_branches'))))
    )
    or (home_branch_id is null and client_is_in_scope(client_id))
    or client_id in (select unnest((select own_clients())))
);

alter policy within_scope on row_count_changes using (
    company_id = any((select scope_ids('clientupdater.all_companies'))::uuid[])
    or (
        company_id = any((select scope_companies('branch'))::uuid[])
        and branch_id in (select unnest((select scope_ids('clientupdater.direct_branches'))))
    )
    or (
        company_id = any((select scope_companies('area'))::uuid[])
        and branch_id in (select unnest((select scope_ids('clientupdater.area_branches'))))
    )
    or (
        company_id = any((select scope_companies('self'))::uuid[])
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
        company_id = any((select scope_companies('branch'))::uuid[])
        and branch_id in (select unnest((select scope_ids('clientupdater.direct_branches'))))
    )
    or (
        company_id = any((select scope_companies('area'))::uuid[])
        and branch_id in (select unnest((select scope_ids('clientupdater.area_branches'))))
    )
    or (
        company_id = any((select scope_companies('self'))::uuid[])
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
        company_id = any((select scope_companies('branch'))::uuid[])
        and branch_id in (select unnest((select scope_ids('clientupdater.direct_branches'))))
    )
    or (
        company_id = any((select scope_companies('area'))::uuid[])
        and branch_id in (select unnest((select scope_ids('clientupdater.area_branches'))))
    )
    or (
        company_id = any((select scope_companies('self'))::uuid[])
        and (
            assigned_to = (select scope_actor())
            or (
                assigned_to = any((select scope_ids('clientupdater.stand_ins'))::uuid[])
                and branch_id = any((select scope_ids('clientupdater.stand_in_branches'))::uuid[])
            )
        )
    )
);
