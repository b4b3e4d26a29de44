alter table branches drop column successor_id;
