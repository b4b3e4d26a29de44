-- The role stays: other databases of this server use it.
drop function is_kept_text(text);
drop function protect_system_row();
drop function refuse_change();
drop function touch_updated_at();

drop type value_type;
drop type export_format;
drop type job_status;
drop type sync_job_type;
drop type sync_source;
drop type permission_scope;
drop type period_type;
drop type tracking_cycle;

revoke select on schema_migrations from clientupdater_app;
