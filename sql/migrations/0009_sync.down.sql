drop table webhook_events;
drop table client_sync_history;
drop table client_sources;
drop table sync_watermarks;
drop table sync_rejects;
drop table sync_snapshots;
drop table sync_plans;
drop table field_mappings;
