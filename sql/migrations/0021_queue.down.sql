drop index job_queue_ended_badly_idx;
drop index job_queue_next_idx;
create index job_queue_next_idx on job_queue (queue_name, priority desc, scheduled_at, id)
where status = 'pending';
alter table job_queue
drop column progress,
drop column company_id,
drop column job_name,
reset (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold);
