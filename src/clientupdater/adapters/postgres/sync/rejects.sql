-- Y3: rows that could not be taken, until a run takes them after all.

-- name: list
select row_number, client_code, reasons, replayed_by_job_id
from sync_rejects
where sync_job_id = %(job)s and row_number > %(after)s
order by row_number
limit %(at_most)s

-- name: waiting
select row_number from sync_rejects where sync_job_id = %(job)s and replayed_at is null

-- name: taken
update sync_rejects r
set replayed_at = %(now)s, replayed_by_job_id = %(by)s
where
    r.sync_job_id = %(job)s
    and r.replayed_at is null
    and not exists (
        select from sync_rejects again
        where again.sync_job_id = %(by)s and again.row_number = r.row_number
    )
