-- The records that sources sent, one row for each page: compressed, sealed, and bound to their run and
-- place (C3).

-- name: keep
insert into sync_snapshots (sync_job_id, row_number, company_id, record, sealed, created_at)
values (%(job)s, %(first)s, %(company)s, %(record)s, %(sealed)s, %(now)s)
on conflict (sync_job_id, row_number) do update
set record = excluded.record, sealed = excluded.sealed

-- name: last
select row_number, record
from sync_snapshots
where sync_job_id = %(job)s
order by row_number desc
limit 1

-- name: next
select row_number, record, sealed
from sync_snapshots
where sync_job_id = %(job)s and row_number > %(after)s
order by row_number
limit 1

-- name: with_row
select row_number, record, sealed
from sync_snapshots
where sync_job_id = %(job)s and row_number <= %(row)s
order by row_number desc
limit 1

-- name: forget
delete from sync_snapshots where sync_job_id = %(job)s
