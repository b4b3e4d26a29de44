-- Writing the differences in one transaction: clients and their sources first, the rows of periods last
-- (rows.sql), so that people who record statuses hardly wait (Y9).

-- name: begin_undoable
savepoint sync_apply

-- name: undo
rollback to savepoint sync_apply

-- name: effects
-- All effects, line by line: the basis of the history, the plan and its hash.
create temporary table sync_effects (
    kind text not null,
    code text collate "C" not null,
    client_id uuid,
    what text collate "C" not null default '',
    old_value text,
    new_value text,
    mark text collate "C" not null default ''
) on commit drop

-- name: numbers_needed
select x.client_id, x.row_number
from sync_change x
where x.gets_number and x.pension_index is not null

-- name: sealed_numbers
create temporary table sync_sealed (
    client_id uuid not null,
    ciphertext bytea not null
) on commit drop

-- name: list_created
insert into sync_effects (kind, code, client_id, mark)
select
    'created', x.code, x.client_id,
    jsonb_build_array(
        {codes}
    )::text
from sync_change x
{join_codes}
where x.is_new

-- name: list_changed
-- C2: by our names, lookups as codes, pension numbers masked; the mark distinguishes two numbers.
insert into sync_effects (kind, code, client_id, what, old_value, new_value, mark)
select 'updated', x.code, x.client_id, field.what, field.old_value, field.new_value, field.mark
from sync_change x
join clients c on c.id = x.client_id
{join_codes}
{join_old_codes}
cross join lateral (
    values
    {old_and_new},
    (
        'pension_number',
        case when x.gets_number then '••••' || c.pension_last4 end,
        case when x.gets_number and x.pension_index is not null then '••••' || x.pension_last4 end,
        case
            when x.gets_number
                then concat_ws('>', c.pension_blind_index::text, x.pension_index::text)
            else ''
        end
    )
) field (what, old_value, new_value, mark)
where x.is_updated
    and (field.old_value is distinct from field.new_value or field.mark <> '')

-- name: list_vanished
insert into sync_effects (kind, code, client_id, what, old_value, new_value)
select 'vanished', gone.code, gone.client_id, 'is_active', 'true', 'false'
from (
    select x.code, x.client_id from sync_change x where x.vanishes
    union all
    select g.code, g.client_id from sync_gone g where g.vanishes
) gone
union all
select 'reappeared', x.code, x.client_id, 'is_active', 'false', 'true'
from sync_change x
where x.reappears
union all
select 'contact_conflict', x.code, x.client_id, '', null, null
from sync_change x
where x.is_flagged

-- name: create_clients
insert into clients (
    id, client_code, pension_number, pension_blind_index, pension_last4,
    {client_columns},
    last_synced_at, sync_source, created_at, updated_at
)
select
    x.client_id, x.code, z.ciphertext, x.pension_index, x.pension_last4,
    {client_values},
    %(now)s, %(source)s::text::sync_source, %(now)s, %(now)s
from sync_change x
left join sync_sealed z on z.client_id = x.client_id
where x.is_new

-- name: change_clients
-- The client now agrees with the source's record. Both are written in one statement, because a row that
-- is written twice in one transaction has its references checked again.
with changed as (
    update clients c
    set
        {client_changes},
        pension_number = case when x.gets_number then z.ciphertext else c.pension_number end,
        pension_blind_index =
            case when x.gets_number then x.pension_index else c.pension_blind_index end,
        pension_last4 = case when x.gets_number then x.pension_last4 else c.pension_last4 end,
        contact_conflict = x.contact_conflict,
        is_active = not x.vanishes and (c.is_active or x.reappears),
        tracking_cycle_from = x.tracking_cycle_from,
        last_synced_at = %(now)s,
        sync_source = %(source)s::text::sync_source,
        version = c.version + 1,
        updated_at = %(now)s
    from sync_change x
    left join sync_sealed z on z.client_id = x.client_id
    where c.id = x.client_id and (x.is_updated or x.vanishes or x.reappears)
    returning c.id, c.updated_at
)

update client_sources k
set {sent}, client_updated_at = changed.updated_at
from changed
join sync_change x on x.client_id = changed.id
where k.client_id = changed.id and k.source = %(source)s::text::sync_source

-- name: deactivate_gone
update clients c
set
    is_active = false, last_synced_at = %(now)s, version = c.version + 1, updated_at = %(now)s
from sync_gone g
where g.vanishes and c.id = g.client_id

-- name: write_history
-- R5: an amount is written with the moment since which the value before it had stood, so that reports of
-- the past read one change of each client.
insert into client_sync_history (
    client_id, field_changed, old_value, new_value, sync_job_id, changed_at, old_value_since
)
select
    e.client_id, e.what, e.old_value, e.new_value, %(job)s, %(now)s,
    case
        when e.what = 'past_due_amount'
            then coalesce(
                (
                    select h.changed_at
                    from client_sync_history h
                    where h.client_id = e.client_id and h.field_changed = e.what
                    order by h.changed_at desc
                    limit 1
                ),
                '-infinity'
            )
    end
from sync_effects e
where e.kind in ('updated', 'vanished', 'reappeared')

-- name: sent
source_version = x.sent_version,
source_version_number = x.sent_version_number,
named_deleted = x.named_deleted,
contact_number = x.sent_contact_number,
contact_number_alt = x.sent_contact_number_alt,
missing_count = 0,
missing_as_of = null,
record_hash = x.record_hash,
last_seen_at = %(now)s,
last_seen_job_id = %(job)s

-- name: note_sources
-- For clients that do not change.
update client_sources k
set {sent}, client_updated_at = x.client_updated_at
from sync_change x
where
    x.has_source
    and not (x.is_updated or x.vanishes or x.reappears)
    and k.client_id = x.client_id
    and k.source = %(source)s::text::sync_source
    and (
        k.missing_count > 0
        or (
            k.source_version, k.source_version_number, k.named_deleted, k.contact_number,
            k.contact_number_alt, k.record_hash, k.client_updated_at
        ) is distinct from (
            x.sent_version, x.sent_version_number, x.named_deleted, x.sent_contact_number,
            x.sent_contact_number_alt, x.record_hash, x.client_updated_at
        )
    )

-- name: note_new_sources
insert into client_sources (
    client_id, source, source_version, source_version_number, named_deleted, contact_number,
    contact_number_alt, record_hash, client_updated_at, last_seen_at, last_seen_job_id
)
select
    x.client_id, %(source)s::text::sync_source, x.sent_version, x.sent_version_number, x.named_deleted,
    x.sent_contact_number, x.sent_contact_number_alt, x.record_hash,
    case when x.is_new then %(now)s else x.client_updated_at end, %(now)s, %(job)s
from sync_change x
where not x.has_source

-- name: note_same
-- A client that was compared and does not differ is skipped until it or its record changes.
update client_sources k
set record_hash = s.record_hash, client_updated_at = f.client_updated_at
from sync_found f
join sync_stage s on s.row_number = f.row_number
where
    not (f.source_differs or f.client_differs)
    and k.client_id = f.client_id
    and k.source = %(source)s::text::sync_source

-- name: note_missing
-- A missing client loses its fingerprint: it is compared when it comes back.
update client_sources k
set missing_count = g.times, missing_as_of = %(as_of)s, record_hash = null
from sync_gone g
where g.counts and k.client_id = g.client_id and k.source = %(source)s::text::sync_source

-- name: end_assignments
-- A3: an assignment ends when the client moves to another branch.
update client_assignments s
set assigned_until = greatest(%(now)s, s.assigned_from), end_reason = 'moved'
from sync_change x
where
    x.is_updated
    and x.branch_id <> x.old_branch_id
    and s.client_id = x.client_id
    and s.assigned_until is null

-- name: move_watermarks
-- Y8: never back; one for each company, so that a run for one company moves only its own.
insert into sync_watermarks (source, company_id, watermark, sync_job_id)
select %(source)s::text::sync_source, co.id, %(as_of)s, %(job)s
from companies co
where %(company)s::uuid is null or co.id = %(company)s
on conflict (source, company_id) do update
set watermark = excluded.watermark, sync_job_id = excluded.sync_job_id
where sync_watermarks.watermark < excluded.watermark

-- name: count_kinds
select e.kind, count(*), count(distinct e.code) from sync_effects e group by e.kind

-- name: count_updated
-- A client that comes back counts as reappeared, whatever else changes.
select count(distinct e.code)
from sync_effects e
where e.kind = 'updated' and not exists (
    select from sync_effects back where back.kind = 'reappeared' and back.code = e.code
)

-- name: count_fields
select e.what, count(*) from sync_effects e where e.kind = 'updated' group by e.what order by e.what

-- name: count_records
select
    (select count(*) from sync_stage) + (select count(*) from sync_seen)
    + (select count(*) from sync_refused),
    (select count(*) from sync_refused r where r.is_asked_for),
    (select count(*) from sync_gone g where g.is_first),
    (
        select count(*)
        from (
            select distinct t.client_id from client_period_status t where t.is_terminal
        ) ended
        join clients c on c.id = ended.client_id
        where {has_terminal_outcome}
            and (%(company)s::uuid is null or c.company_id = %(company)s)
            and (
                c.client_code in (select s.code from sync_stage s where not s.is_deleted)
                or c.id in (
                    select k.client_id
                    from client_sources k
                    join sync_seen z on z.record_hash = k.record_hash
                    where k.source = %(source)s::text::sync_source and not k.named_deleted
                )
            )
    )

-- name: count_reasons
select reason.value ->> 'column', reason.value ->> 'message', count(*)
from sync_refused r
cross join lateral jsonb_array_elements(r.reasons) reason
where r.is_asked_for
group by 1, 2
order by 3 desc, 1, 2
limit 100

-- name: examples
select kind, code, what, old_value, new_value
from (
    select e.*, row_number() over (partition by e.kind order by e.code, e.what) as place
    from sync_effects e
) numbered
where place <= %(at_most)s
order by kind, place

-- name: hash
-- Y5: the same for the same effects in any order, without ids and times. Absences and versions change
-- no client and are left out too.
select
    encode(
        sha256(
            coalesce(
                string_agg(line.hash, ''::bytea order by line.hash), ''::bytea
            )
        ),
        'hex'
    )
from sync_effects e
cross join lateral (
    select
        sha256(
            convert_to(
                jsonb_build_array(e.kind, e.code, e.what, e.old_value, e.new_value, e.mark)::text,
                'UTF8'
            )
        ) as hash
) line
