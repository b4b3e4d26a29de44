-- squawk-ignore-file adding-field-with-default, adding-not-nullable-field
-- A schedule may go by a time zone of its own; people change schedules, so it has a version, which
-- firing leaves alone.
alter table scheduled_jobs
add column time_zone varchar(100),
add column version integer not null default 1;
