-- A row of a period is updated once or twice. Where its page has room, the new version stays in it,
-- and the next update of the page clears the old one away.
-- By default autovacuum waits for a fifth of a table: of six million rows, for a month of updates.
-- A hundredth is a day's. Events and logs only grow: they are frozen in small steps.
alter table client_period_status set (
    fillfactor = 85, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000
);
alter table status_events set (
    autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02
);
alter table activity_logs set (
    autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02
);
-- Each key is deleted a day after it came: a twentieth of them is about an hour's.
alter table idempotency_keys set (autovacuum_vacuum_scale_factor = 0.05);
