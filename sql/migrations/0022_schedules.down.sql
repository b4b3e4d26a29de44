alter table scheduled_jobs drop column version, drop column time_zone;
