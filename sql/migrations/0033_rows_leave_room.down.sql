alter table idempotency_keys reset (autovacuum_vacuum_scale_factor);
alter table activity_logs
reset (autovacuum_vacuum_insert_scale_factor, autovacuum_analyze_scale_factor);
alter table status_events
reset (autovacuum_vacuum_insert_scale_factor, autovacuum_analyze_scale_factor);
alter table client_period_status
reset (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold);
