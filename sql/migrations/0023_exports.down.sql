alter table export_jobs
drop column company_id,
drop column row_count,
drop column job_id;
