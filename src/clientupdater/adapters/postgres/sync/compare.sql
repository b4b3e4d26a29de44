-- Comparing a source's records with the clients: new ones, differences, missing ones. This writes only
-- temporary tables. The rules are those of domain/sync, set-based.

-- name: wait_for_turn
-- One run at a time compares and writes, of all sources: two could both create the same client.
select pg_advisory_xact_lock(1667856208, 2)

-- name: settings
-- For this transaction: memory to join half a million rows, and no JIT, which takes longer here than it
-- saves.
select set_config('work_mem', '64MB', true), set_config('jit', 'off', true)

-- name: is_working
-- Whether any run is comparing or writing.
select not pg_try_advisory_xact_lock(1667856208, 2)

-- name: stage
create temporary table sync_stage (
    row_number integer not null,
    code text collate "C" not null,
    {staged_columns},
    sent_version timestamptz,
    sent_version_number bigint,
    is_deleted boolean not null,
    pension_last4 text,
    pension_index bytea,
    record_hash bytea not null
) on commit drop

-- name: refused
create temporary table sync_refused (
    row_number integer not null,
    code text collate "C",
    reasons jsonb not null,
    company text,
    is_asked_for boolean not null default true
) on commit drop

-- name: seen
-- Records that have not changed since they were last compared, nor have their clients.
create temporary table sync_seen (
    row_number integer not null,
    record_hash bytea not null
) on commit drop

-- name: owned
-- Y10: the fields that the source updates in known clients, for each company.
create temporary table sync_owned (
    company text primary key,
    {owned_columns}
) on commit drop

-- name: put_owned
insert into sync_owned
select
    t.company,
    {owned_values}
from (select %(company)s::text as company, %(fields)s::text[] as fields) t

-- name: measure
-- The planner has to know how many rows there are, and that these values hardly repeat.
analyze sync_stage (code, row_number)

-- name: measure_seen
analyze sync_seen (record_hash)

-- name: recall
-- Y3: an unchanged record is compared after all if another one comes with the same code.
with twins as (
    delete from sync_seen z
    using client_sources k, clients c, companies co
    where co.id = c.company_id
        and k.record_hash = z.record_hash
        and k.source = %(source)s::text::sync_source
        and c.id = k.client_id
        and c.client_code in (
            select code from sync_stage
            union all
            select code from sync_refused
        )
    returning z.row_number, c.client_code, co.code as company
)

insert into sync_refused (row_number, code, reasons, company)
select row_number, client_code, '[]', company from twins

-- name: refuse_twice
-- Y3: if a code comes twice, all of its rows are rejected.
with twice as (
    select code, count(*) as times
    from (
        select code from sync_stage
        union all
        select code from sync_refused where code is not null
    ) every
    group by code
    having count(*) > 1
),

removed as (
    delete from sync_stage s using twice where twice.code = s.code
    returning s.row_number, s.code, s.company
),

refused as (
    update sync_refused r
    set reasons = r.reasons || jsonb_build_array({comes_twice})
    from twice
    where twice.code = r.code
    returning 1
)

insert into sync_refused (row_number, code, reasons, company)
select removed.row_number, removed.code, jsonb_build_array({comes_twice}), removed.company
from removed
join twice on twice.code = removed.code

-- name: comes_twice
jsonb_build_object(
    'column', %(code_column)s::text,
    'message', format('comes %%s times in one run; none of them is taken', twice.times)
)

-- name: refuse_unfit
-- A new client requires these; for a known one, a source may leave them out.
with removed as (
    delete from sync_stage s
    where not s.is_deleted
        and num_nulls({required_values}) > 0
        and not exists (select from clients c where c.client_code = s.code)
    returning s.row_number, s.code, {required_values}
)

insert into sync_refused (row_number, code, company, reasons)
select
    t.row_number, t.code, t.company,
    (
        select jsonb_agg(
            jsonb_build_object('column', lack.field, 'message', 'is needed for a new client')
            order by lack.field
        )
        from (values {required_pairs}) lack (field, value)
        where lack.value is null
    )
from removed t

-- name: refuse_torn
-- A client's product belongs to its company. A source that owns only one of the two fields must not
-- break this; where it owns both, the mapping has checked it.
with removed as (
    delete from sync_stage s
    using sync_owned o, clients c
    where o.owns_company <> o.owns_product
        and o.company = s.company
        and c.client_code = s.code
        and not s.is_deleted
        and exists (
            select
            from products p
            join companies co on co.code = s.company
            where case when o.owns_product then p.code = s.product else p.id = c.product_id end
                and p.company_id <> case when o.owns_company then co.id else c.company_id end
        )
    returning s.row_number, s.code, s.company, o.owns_product
)

insert into sync_refused (row_number, code, company, reasons)
select
    t.row_number, t.code, t.company,
    jsonb_build_array(
        jsonb_build_object(
            'column',
            case when t.owns_product then %(product_column)s::text else %(company_column)s::text end,
            'message',
            case
                when t.owns_product then 'belongs to another company than the client'
                else 'is another company than that of the client''s product'
            end
        )
    )
from removed t

-- name: leave_to_others
-- Y9: a run for one company leaves another company's rejects to that company's runs and people.
update sync_refused r
set is_asked_for = false
where coalesce(
    (select co.id from companies co where co.code = r.company),
    (select c.company_id from clients c where c.client_code = r.code),
    %(company)s
) <> %(company)s

-- name: keep_refused
-- An approved run that runs again may reject rows that a replay has applied meanwhile.
insert into sync_rejects (sync_job_id, row_number, company_id, client_code, record, reasons)
select %(job)s, r.row_number, %(company)s, left(r.code, 50), '{}', r.reasons
from sync_refused r
where r.is_asked_for
on conflict (sync_job_id, row_number) do update
set reasons = excluded.reasons, replayed_at = null, replayed_by_job_id = null

-- name: forget_refused
delete from sync_rejects where sync_job_id = %(job)s and replayed_at is null

-- name: look
-- Y4: the one pass over everything: which clients differ, and which of the source's own values do.
create temporary table sync_found on commit drop as
select
    looked.row_number, looked.code, looked.client_id, looked.client_updated_at,
    looked.source_differs, looked.client_differs
from (
    select
        s.row_number,
        s.code,
        c.id as client_id,
        c.updated_at as client_updated_at,
        s.record_hash is distinct from k.record_hash
        or c.updated_at is distinct from k.client_updated_at as is_unknown,
        k.client_id is null
        or k.missing_count > 0
        or s.is_deleted <> k.named_deleted
        or s.sent_version is distinct from k.source_version
        or s.sent_version_number is distinct from k.source_version_number
        or (
            not s.is_deleted
            and (
                s.contact_number is distinct from k.contact_number
                or s.contact_number_alt is distinct from k.contact_number_alt
            )
        ) as source_differs,
        c.id is null
        or c.is_active = s.is_deleted
        or (not s.is_deleted and ({differs})) as client_differs
    from sync_stage s
    left join clients c on c.client_code = s.code
    left join client_sources k
        on k.client_id = c.id and k.source = %(source)s::text::sync_source
    left join sync_owned o on o.company = s.company
    {join_sent}
    where
        (c.id is not null or not s.is_deleted)
        and (
            %(company)s::uuid is null
            or coalesce(companies.id, c.company_id) = %(company)s
        )
) looked
where looked.source_differs or looked.client_differs or looked.is_unknown

-- name: differs
-- A contact number that a person corrected differs if the source has a new value for it (C1).
{fields_differ}
or (o.owns_pension_number and s.pension_index is distinct from c.pension_blind_index)

-- name: look_for_gone
-- Y6: clients that the source delivered before and not now; only for a complete, full fetch.
create temporary table sync_gone on commit drop as
with unseen as materialized (
    select k.client_id, k.source, k.missing_count, k.missing_as_of
    from client_sources k
    where k.source = %(source)s::text::sync_source
        and %(marks)s
        -- The count agrees, but one row of a code that came twice may have replaced another client's.
        and not exists (
            select from sync_refused r where r.code is not null group by r.code having count(*) > 1
        )
        and not k.named_deleted
        and not exists (select from sync_seen z where z.record_hash = k.record_hash)
)

select
    c.id as client_id,
    c.client_code as code,
    c.company_id,
    missed.counts,
    missed.times,
    c.is_active and missed.times >= 2 and not exists (
        select from client_sources other
        where other.client_id = c.id
            and other.source <> k.source
            and not other.named_deleted
            and other.missing_count < 2
    ) as vanishes,
    c.is_active and missed.times = 1 as is_first
from unseen k
join clients c on c.id = k.client_id
cross join lateral (
    select
        k.missing_count < 2
        and (k.missing_as_of is null or %(as_of)s > k.missing_as_of) as counts
) may
cross join lateral (
    select may.counts, k.missing_count + may.counts::integer as times
) missed
where
    (%(company)s::uuid is null or c.company_id = %(company)s)
    and not exists (select from sync_stage s where s.code = c.client_code)
    and not exists (select from sync_refused r where r.code = c.client_code)

-- name: lock_clients
-- In the order of ids, so that no two writers wait for each other. A person who corrects one of these
-- clients waits until the run ends; a person who records a status does not.
select count(*)
from (
    select c.id
    from clients c
    where c.id in (
        select f.client_id from sync_found f where f.client_differs
        union all
        select g.client_id from sync_gone g where g.vanishes
    )
    order by c.id
    for no key update of c
) held

-- name: settle
-- Compare the locked clients again, as they are now, and compute their new values. A client whose
-- source values alone differ was not locked and is not changed: a person may be editing it. Its source
-- values get the time of the first pass, so that the next run compares any change since.
create temporary table sync_change on commit drop as
select
    f.row_number,
    f.code,
    is_of.client_id,
    is_of.is_new,
    k.client_id is not null as has_source,
    s.record_hash,
    case when is_of.is_locked then c.updated_at else f.client_updated_at end as client_updated_at,
    c.branch_id as old_branch_id,
    is_of.is_locked and coalesce(c.is_active, false) and is_of.is_deleted as vanishes,
    is_of.is_locked and is_of.is_taken and not coalesce(c.is_active, true) and not exists (
        select from client_sources other
        where other.client_id = c.id
            and other.source <> %(source)s::text::sync_source
            and other.named_deleted
    ) as reappears,
    coalesce(is_of.is_locked and is_of.is_taken and ({differs}), false) as is_updated,
    {becoming},
    coalesce(
        is_of.is_new and s.pension_index is not null
        or is_of.is_taken
        and o.owns_pension_number
        and s.pension_index is distinct from c.pension_blind_index,
        false
    ) as gets_number,
    s.pension_index,
    s.pension_last4,
    case
        when number.has_word or number_alt.has_word
            then
                number.conflicts or number_alt.conflicts
                or c.contact_conflict and (
                    number.conflicted and not number.has_word
                    or number_alt.conflicted and not number_alt.has_word
                )
        else coalesce(c.contact_conflict, false)
    end as contact_conflict,
    number.conflicts or number_alt.conflicts as is_flagged,
    case when is_of.is_outdated then k.source_version else coalesce(s.sent_version, k.source_version) end
        as sent_version,
    case
        when is_of.is_outdated then k.source_version_number
        else coalesce(s.sent_version_number, k.source_version_number)
    end as sent_version_number,
    case
        when is_of.is_deleted then true
        when is_of.is_outdated then coalesce(k.named_deleted, false)
        else false
    end as named_deleted,
    case when is_of.is_new or is_of.is_taken then s.contact_number else k.contact_number end
        as sent_contact_number,
    case when is_of.is_new or is_of.is_taken then s.contact_number_alt else k.contact_number_alt end
        as sent_contact_number_alt,
    case
        when
            is_of.is_taken and o.owns_product and products.id <> c.product_id
            and products.tracking_cycle <> (select w.tracking_cycle from products w where w.id = c.product_id)
            then %(next_month)s
        else c.tracking_cycle_from
    end as tracking_cycle_from
from sync_found f
join sync_stage s on s.row_number = f.row_number
left join clients c on c.id = f.client_id
left join client_sources k
    on k.client_id = c.id and k.source = %(source)s::text::sync_source
left join sync_owned o on o.company = s.company
{join_sent}
cross join lateral (
    select
        coalesce(c.id, gen_random_uuid()) as client_id,
        c.id is null as is_new,
        coalesce(f.client_differs, false) as is_locked,
        {is_older} as is_outdated,
        s.is_deleted and not {is_older} as is_deleted,
        c.id is not null and not s.is_deleted and not {is_older} as is_taken
) is_of
cross join lateral (
    select
        is_of.is_locked and is_of.is_taken and o.owns_contact_number and c.contact_number_corrected
        and s.contact_number is distinct from k.contact_number as has_word,
        coalesce(k.contact_number <> c.contact_number, k.contact_number is not null) as conflicted
) word
cross join lateral (
    select
        is_of.is_locked and is_of.is_taken and o.owns_contact_number_alt
        and c.contact_number_alt_corrected
        and s.contact_number_alt is distinct from k.contact_number_alt as has_word,
        coalesce(k.contact_number_alt <> c.contact_number_alt, k.contact_number_alt is not null)
            as conflicted
) word_alt
cross join lateral (
    select
        coalesce(word.has_word, false) as has_word,
        coalesce(word.conflicted and c.contact_number_corrected, false) as conflicted,
        coalesce(
            word.has_word
            and s.contact_number is not null
            and s.contact_number is distinct from c.contact_number,
            false
        ) as conflicts
) number
cross join lateral (
    select
        coalesce(word_alt.has_word, false) as has_word,
        coalesce(word_alt.conflicted and c.contact_number_alt_corrected, false) as conflicted,
        coalesce(
            word_alt.has_word
            and s.contact_number_alt is not null
            and s.contact_number_alt is distinct from c.contact_number_alt,
            false
        ) as conflicts
) number_alt
where f.source_differs or f.client_differs

-- name: is_older
-- Y10: a counter is exact, so it decides if both have one; a clock may repeat.
coalesce(
    case
        when s.sent_version_number is not null and k.source_version_number is not null
            then s.sent_version_number < k.source_version_number
        else s.sent_version < k.source_version
    end,
    false
)

-- name: measure_change
analyze sync_change (client_id)

-- name: measure_found
analyze sync_found (client_id, row_number)

-- name: deactivated
select co.code, count(*)
from (
    select x.company_id from sync_change x where x.vanishes
    union all
    select g.company_id from sync_gone g where g.vanishes
) gone
join companies co on co.id = gone.company_id
group by co.code

-- name: active
select co.code, count(*)
from clients c
join companies co on co.id = c.company_id
where c.is_active and c.deleted_at is null
group by co.code
