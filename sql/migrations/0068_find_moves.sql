-- clientupdater:no-transaction
-- Moves and exemptions are few among the events: the balance reads them all (ADR 33). An update records
-- neither, so that it does not write this index (ADR 23).
create index concurrently if not exists status_events_place_idx
on status_events (kind, created_at)
include (client_period_status_id, branch_id)
where kind in ('moved', 'exempted');
