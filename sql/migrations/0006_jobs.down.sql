drop table export_jobs;
drop table sync_jobs;
drop table scheduled_jobs;
drop table job_queue;
