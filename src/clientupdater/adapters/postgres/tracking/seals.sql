-- Seals of closed periods (R11). ADR 34 describes the texts that are hashed.

-- One line for each value that is there; no value holds a line break, as texts are quoted.
-- name: event_text
concat_ws(
    e'\n',
    'event=' || e.id,
    'sequence=' || e.event_sequence,
    'kind=' || to_json(e.kind),
    'status=' || e.status_type_id,
    'reason=' || e.reason_id,
    'remarks=' || encode({remarks_digest}, 'hex'),
    'has_payment=' || e.has_payment,
    'is_terminal=' || e.is_terminal,
    'channel=' || to_json(e.channel),
    'occurred_at=' || to_char(e.occurred_at at time zone 'UTC', {moment}),
    'company=' || e.company_id,
    'branch=' || e.branch_id,
    'next_follow_up_on=' || to_char(e.next_follow_up_on, 'YYYY-MM-DD'),
    'promised_on=' || to_char(e.promised_on, 'YYYY-MM-DD'),
    'promised_amount=' || e.promised_amount,
    'voids=' || e.voids,
    'exempt_cause=' || to_json(e.exempt_cause),
    'created_by=' || e.created_by,
    'created_at=' || to_char(e.created_at at time zone 'UTC', {moment}),
    'position=' || e.position
)

-- name: moment
'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'

-- name: row_head
concat_ws(
    e'\n',
    'row=' || {row},
    'client=' || {client},
    'client_code=' || to_json({client_code}::text),
    'company=' || {company},
    'branch=' || {branch},
    'period=' || %(period)s::text,
    'events=' || count(e.id)
)

-- name: row_text
{row_head} || e'\n\n' || string_agg({event_text}, e'\n\n' order by e.event_sequence) || e'\n'

-- name: leaf
sha256('\x00'::bytea || convert_to({row_text}, 'UTF8'))

-- name: period_rows
s.company_id = %(company)s and s.period = %(period)s

-- The remarks and their salts are written by the statement that hashes the rows, so that both see
-- the same events.
-- name: seal_rows
with noted as (
    insert into sealed_remarks (event_id, salt, digest)
    select n.id, n.salt, sha256(n.salt || convert_to(n.remarks, 'UTF8'))
    from (
        select e.id, e.remarks, uuid_send(gen_random_uuid()) as salt
        from client_period_status s
        join status_events e on e.client_period_status_id = s.id
        where {period_rows} and e.remarks is not null
        offset 0
    ) n
    returning event_id, digest
),
written as (
    insert into period_seal_rows (
        seal_id, branch_id, client_code, client_id, client_period_status_id, last_sequence, leaf
    )
    select
        %(seal)s, s.branch_id, c.client_code, c.id, s.id, max(e.event_sequence), {leaf}
    from client_period_status s
    join clients c on c.id = s.client_id
    join status_events e on e.client_period_status_id = s.id
    left join noted m on m.event_id = e.id
    where {period_rows}
    group by s.id, c.id
    returning last_sequence
)
select count(*), coalesce(sum(last_sequence + 1), 0) from written

-- name: lock
select pg_advisory_xact_lock(hashtextextended('seal ' || %(company)s || ' ' || %(period)s, 0))

-- name: leaves
select r.branch_id, r.leaf
from period_seal_rows r
where r.seal_id = %(seal)s
order by r.branch_id, r.client_code

-- name: note_branch
insert into period_seal_branches (seal_id, branch_id, root, row_count)
values (%(seal)s, %(branch)s, %(root)s, %(rows)s)

-- name: note_seal
insert into period_seals (
    id, company_id, period, root, previous_period, previous_root, row_count, event_count, sealed_at
)
values (
    %(seal)s, %(company)s, %(period)s, %(root)s, %(previous_period)s, %(previous_root)s, %(rows)s,
    %(events)s, %(sealed_at)s
)

-- name: seal_columns
p.id, p.company_id, p.period, p.sealed_at, p.previous_period, p.previous_root, p.root, p.row_count,
p.event_count

-- name: find
select {seal_columns} from period_seals p
where p.company_id = %(company)s and p.period = %(period)s

-- name: before
select {seal_columns} from period_seals p
where p.company_id = %(company)s and p.period < %(period)s and length(p.period) = length(%(period)s)
order by p.period desc
limit 1

-- name: after
select {seal_columns} from period_seals p
where p.company_id = %(company)s and p.previous_period = %(period)s

-- name: of_period
select {seal_columns} from period_seals p
join companies c on c.id = p.company_id
where p.period = %(period)s
order by c.code

-- name: sealed_in
select {seal_columns}
from client_period_status s
join period_seal_rows r on r.client_period_status_id = s.id
join period_seals p on p.id = r.seal_id
where s.client_id = %(client)s and s.period = %(period)s

-- Each step finds the next period in an index.
-- name: unsealed
with recursive periods as (
    (select s.period from client_period_status s order by s.period limit 1)
    union all
    select (
        select s.period from client_period_status s where s.period > p.period
        order by s.period limit 1
    )
    from periods p
    where p.period is not null
)
select c.id, p.period
from periods p
cross join companies c
where p.period is not null
  and not exists (
      select from period_seals k where k.company_id = c.id and k.period = p.period
  )
  and exists (
      select from client_period_status s where s.company_id = c.id and s.period = p.period
  )
order by c.code, p.period

-- Remarks without their salt were erased; that must be on record, and only they may be blank.
-- name: sealed_digest
case
    when e.remarks is null then null
    when m.salt is not null then sha256(m.salt || convert_to(e.remarks, 'UTF8'))
    when e.remarks = '' and remarks_were_erased(r.client_id, e.id) then m.digest
    else ''::bytea
end

-- name: sealed_events
from status_events e
left join sealed_remarks m on m.event_id = e.id
where e.client_period_status_id = r.client_period_status_id and e.event_sequence <= r.last_sequence

-- name: recomputed
select
    r.branch_id, r.client_code, r.leaf,
    (select {recomputed_leaf} {sealed_events}) is not distinct from r.leaf,
    exists (
        select from client_period_status s
        where s.id = r.client_period_status_id and s.client_id = r.client_id
          and s.period = %(period)s
    )
from period_seal_rows r
where r.seal_id = %(seal)s
order by r.branch_id, r.client_code

-- name: branches
select b.branch_id, b.root, b.row_count
from period_seal_branches b
where b.seal_id = %(seal)s
order by b.branch_id

-- The leaves of the other clients, which the caller may not see, are hashes.
-- name: branch_rows
select l.is_of_client, l.leaf
from sealed_leaves(%(seal)s, %(branch)s, %(client)s) l

-- name: sealed_row
select r.branch_id, r.client_code, (select {recomputed_text} {sealed_events})
from period_seal_rows r
where r.seal_id = %(seal)s and r.client_id = %(client)s

-- name: sealed_figures
select count(*), coalesce(sum(r.last_sequence + 1), 0)
from period_seal_rows r
join clients c on c.id = r.client_id
where r.seal_id = %(seal)s and {within}

-- name: corrected
select c.client_code, s.branch_id, s.version - coalesce(r.last_sequence, -1)
from client_period_status s
join clients c on c.id = s.client_id
left join period_seal_rows r on r.client_period_status_id = s.id and r.seal_id = %(seal)s
where {period_rows} and s.version > coalesce(r.last_sequence, -1)
  and {within}
order by c.client_code
