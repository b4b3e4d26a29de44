-- Schedules. Firing leaves the version alone: versions count people's changes.

-- name: columns
s.name, s.cron_expression, s.function_name, s.payload, s.time_zone, s.is_active, s.last_run_at,
s.next_run_at, s.version

-- name: list
select {columns} from scheduled_jobs s order by s.name

-- name: lock
select {columns} from scheduled_jobs s where s.name = %(name)s for update

-- name: lock_due
select {columns}
  from scheduled_jobs s
 where s.is_active
   and (s.next_run_at is null or s.next_run_at <= %(now)s)
   and s.function_name = any(%(functions)s)
 order by s.name
   for update skip locked

-- name: note
update scheduled_jobs
   set last_run_at = %(last_run_at)s, next_run_at = %(next_run_at)s
 where name = %(name)s

-- name: change
update scheduled_jobs
   set cron_expression = %(cron)s, time_zone = %(time_zone)s, is_active = %(is_active)s,
       last_run_at = %(last_run_at)s, next_run_at = %(next_run_at)s, version = version + 1
 where name = %(name)s
