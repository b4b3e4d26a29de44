-- While an officer is absent, another person's scope self covers the officer's clients as well, in the
-- branches of that person's own territory (A2, A3). A stand-in ends by itself: each request reads
-- which ones run.

create table stand_ins (
    id uuid primary key default gen_random_uuid(),
    officer_id uuid not null references users,
    stand_in_id uuid not null references users check (stand_in_id <> officer_id),
    -- Moments: the beginning of the first day and of the day after the last, in the business time zone.
    starts_at timestamptz not null,
    ends_at timestamptz not null check (ends_at > starts_at),
    created_by uuid not null references users,
    created_at timestamptz not null default now(),
    ended_by uuid references users,
    ended_at timestamptz,
    check ((ended_by is null) = (ended_at is null))
);

-- Of the person who stands in: read with their rights by every request.
create index stand_ins_stand_in_id_idx on stand_ins (stand_in_id, ends_at);
create index stand_ins_officer_id_idx on stand_ins (officer_id);
create index stand_ins_created_by_idx on stand_ins (created_by);
create index stand_ins_ended_by_idx on stand_ins (ended_by);
create index stand_ins_ends_at_idx on stand_ins (ends_at, id);

-- It names people and no client: no row-level security, as with users and their grants.
grant select, insert on stand_ins to clientupdater_app;
grant update (ended_by, ended_at) on stand_ins to clientupdater_app;

create or replace function scope_has_own_clients()
returns boolean
language sql
stable parallel safe
as $$
    select exists (
        select from clients c
         where c.assigned_to = any(
            scope_actor() || scope_ids('clientupdater.stand_ins')
         )
    )
$$;

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
