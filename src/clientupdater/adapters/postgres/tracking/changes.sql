-- The change feed (ADR 35). It is read by the unique index of positions and has none of its own.

-- name: last_position
select case when is_called then last_value else 0 end from status_events_position_seq

-- The position is read after the snapshot is taken. A copy of the database, in the same cluster or
-- in another one, is another history.
-- name: horizon
select
    left(
        md5(
            concat_ws(
                ' ',
                (select system_identifier from pg_control_system()),
                left(pg_walfile_name(pg_current_wal_lsn()), 8),
                (select oid from pg_database where datname = current_database()),
                'status_events'::regclass::oid
            )
        ),
        12
    ),
    pg_current_snapshot()::text,
    ({last_position})

-- The number of a transaction is taken after the last position was read: a snapshot does not say
-- which of them have begun. After a crash PostgreSQL gives out numbers anew that were not yet on
-- disk: the message makes the commit wait until these are, whatever the database's own setting.
-- name: transaction
select
    pg_current_xact_id()::text::bigint,
    pg_logical_emit_message(true, 'changes', ''),
    set_config('synchronous_commit', 'on', true)

-- name: mark
select ({last_position}), pg_current_snapshot()::text

-- The numbers are in the text: PostgreSQL plans a statement that only reads without looking at the
-- values of its parameters, and how many positions there are decides the plan. Rows and clients are
-- looked up one by one (offset 0), so that no scope makes it walk all of them instead. The last
-- condition takes events that were restored: their transactions may be numbers that this
-- server has not come to yet.
-- name: page
select
    e.position, c.id, c.client_code, s.period, e.event_sequence, c.shows_event, {event_columns}
from status_events e
cross join lateral (
    select s.client_id, s.period
    from client_period_status s
    where s.id = e.client_period_status_id
    offset 0
) s
cross join lateral (
    select c.id, c.client_code, {shows_event} as shows_event
    from clients c
    where c.id = s.client_id
      and c.deleted_at is null
      and {within}
    offset 0
) c
join status_types t on t.id = e.status_type_id
left join status_reasons r on r.id = e.reason_id
where e.position > {position} and e.position <= {to}
  and e.txid >= '{oldest}'::xid8
  and not pg_visible_in_snapshot(e.txid, %(since)s::text::pg_snapshot)
  and (
      pg_visible_in_snapshot(e.txid, %(until)s::text::pg_snapshot)
      or (
          {is_first}
          and e.txid >= '{marked_transaction}'::xid8
          and e.position <= {marked_position}
      )
  )
order by e.position
limit {limit}
