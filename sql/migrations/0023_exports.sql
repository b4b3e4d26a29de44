-- squawk-ignore-file adding-foreign-key-constraint, require-concurrent-index-creation
-- squawk-ignore-file constraint-missing-not-valid, prefer-robust-stmts
-- What an export needs beside what the table has had from the beginning. Nothing has ever written to
-- export_jobs before this, so its indexes are built at once.
alter table export_jobs
-- Where it is of one company alone.
add column company_id uuid references companies,
add column row_count bigint check (row_count >= 0),
-- Tells how it stands where the worker could not; what is purged of the queue is over and done with.
add column job_id bigint references job_queue on delete set null;

create index export_jobs_company_id_idx on export_jobs (company_id) where company_id is not null;
create index export_jobs_job_id_idx on export_jobs (job_id) where job_id is not null;
