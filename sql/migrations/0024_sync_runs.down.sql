alter table client_sync_history drop constraint client_sync_history_check;
alter table client_sync_history add constraint client_sync_history_check
check (old_value is distinct from new_value) not valid;
alter table sync_jobs
drop column consequences,
drop column records_missing,
drop column records_reappeared,
drop column records_unchanged,
drop column is_fetched,
drop column attempt;
