-- Exports: requests and results.

-- name: add
insert into export_jobs (
    id, type, format, status, parameters, company_id, job_id, created_by, created_at
)
values (
    %(id)s, %(type)s, %(format)s, 'pending', %(parameters)s, %(company)s, %(job)s, %(requested_by)s,
    %(created_at)s
)

-- name: export
-- The job's status wins over the row's where the job died with its worker, which could not write.
select
    e.id, e.type, e.format::text, e.parameters,
    e.created_by, staff_name(u.first_name, u.last_name, u.email), e.created_at, e.company_id,
    case
        when e.status in ('completed', 'failed') and j.status is distinct from 'pending'
            then e.status::text
        when j.status in ('dead', 'failed') or (j.id is null and e.status <> 'completed')
            then 'failed'
        when j.status = 'completed' then e.status::text
        else j.status::text
    end,
    e.job_id, j.progress, e.started_at, e.completed_at, e.expires_at, e.file_path, e.file_size,
    e.row_count, coalesce(e.error, case when j.status = 'dead' then j.error end), e.sight
from export_jobs e
left join users u on u.id = e.created_by
left join job_queue j on j.id = e.job_id

-- name: find
{export}
where e.id = %(export)s
for update of e

-- name: of_person
{export}
where
    e.created_by = %(person)s
    and (
        %(before_at)s::timestamptz is null
        or (e.created_at, e.id) < (%(before_at)s::timestamptz, %(before_id)s::uuid)
    )
order by e.created_at desc, e.id desc
limit %(at_most)s

-- name: expired
{export}
where e.expires_at <= %(now)s and e.file_path is not null
order by e.expires_at
limit %(at_most)s
for update of e skip locked

-- name: keep
update export_jobs
set
    status = %(status)s, file_path = %(file)s, file_size = %(file_size)s,
    row_count = %(row_count)s, error = %(error)s, started_at = %(started_at)s,
    completed_at = %(completed_at)s, expires_at = %(expires_at)s,
    sight = %(sight)s
where id = %(id)s

-- name: remove
delete from export_jobs where id = %(export)s

-- name: taken
insert into data_access_log (
    actor_id, action, company_id, subject, row_count, details, request_id, ip_address
)
values (
    %(actor)s, 'exported', %(company)s, %(subject)s, %(rows)s, %(details)s, %(request_id)s,
    %(ip_address)s
)
