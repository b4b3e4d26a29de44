-- Retention. Each block removes some rows from before a moment; `:at_most` becomes a number in the
-- text.

-- name: activity_logs
delete from activity_logs
 where id = any(array(
    select id from activity_logs where created_at < %(before)s order by created_at limit :at_most
 ))

-- name: completed_jobs
-- In the order of ids, which is by age, so no index of its own is needed. Dead jobs stay (J1).
delete from job_queue
 where id = any(array(
    select id
      from job_queue
     where status in ('completed', 'cancelled') and completed_at < %(before)s
     order by id
     limit :at_most
 ))

-- name: sync_snapshots
delete from sync_snapshots
 where ctid = any(array(
    select ctid from sync_snapshots where created_at < %(before)s order by created_at limit :at_most
 ))

-- name: sync_rejects
delete from sync_rejects
 where id = any(array(
    select id from sync_rejects where created_at < %(before)s order by created_at limit :at_most
 ))

-- name: sync_plans
delete from sync_plans
 where ctid = any(array(
    select ctid from sync_plans where created_at < %(before)s order by created_at limit :at_most
 ))

-- name: sessions
delete from user_sessions
 where id = any(array(
    select id from user_sessions where expires_at < %(before)s order by expires_at limit :at_most
 ))

-- name: kept_answers
delete from idempotency_keys
 where ctid = any(array(
    select ctid
      from idempotency_keys
     where expires_at < %(before)s
     order by expires_at
     limit :at_most
 ))

-- name: note
insert into purge_log (subject, older_than, rows_removed, purged_at)
values (%(kind)s, %(older_than)s, %(rows)s, %(at)s)
