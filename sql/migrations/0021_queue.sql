-- squawk-ignore-file adding-field-with-default, adding-not-nullable-field
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion
-- squawk-ignore-file constraint-missing-not-valid, adding-foreign-key-constraint
-- What a queue needs beside what the table has had from the beginning. Nothing has ever written to
-- job_queue before this, so its indexes are built at once.

alter table job_queue
add column job_name varchar(100) not null default '',
-- Whose turn it counts as: a company with many jobs does not keep the others waiting.
add column company_id uuid references companies,
-- How far it is, as it says itself; it names things by id and holds nobody's data.
add column progress jsonb,
-- Rows come and go and are small: what is dead is cleared away early, or claims read past it.
set (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500);

create index job_queue_company_id_idx on job_queue (company_id) where company_id is not null;

-- A claim walks each company's own line, so that it reads no more of a long one than of a short.
drop index job_queue_next_idx;
create index job_queue_next_idx on job_queue (
    queue_name,
    coalesce(company_id, '00000000-0000-0000-0000-000000000000'::uuid),
    priority desc,
    scheduled_at,
    id
)
where status = 'pending';

-- What somebody has to look at; what is completed, most of all there is, is not in it.
create index job_queue_ended_badly_idx on job_queue (status, id)
where status in ('dead', 'failed', 'cancelled');
