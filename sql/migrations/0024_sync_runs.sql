-- squawk-ignore-file adding-field-with-default, ban-drop-constraint, constraint-missing-not-valid
-- What a run of a sync needs to be told apart from one that died, to go on where that one stopped,
-- and to show its numbers.
alter table sync_jobs
-- Y9: who died and comes back finds another attempt at work, and is fenced off.
add column attempt integer not null default 0,
-- The source was read to its end; until then the last page kept says where to go on.
add column is_fetched boolean not null default false,
add column records_unchanged integer not null default 0,
add column records_reappeared integer not null default 0,
add column records_missing integer not null default 0,
-- What follows for the rows of periods, and what somebody has to look at, as numbers.
add column consequences jsonb not null default '{}';

-- Two numbers that end in the same four digits look alike in the history, where they are masked.
alter table client_sync_history drop constraint client_sync_history_check;
alter table client_sync_history add constraint client_sync_history_check
check (old_value is distinct from new_value or field_changed = 'pension_number');
