-- clientupdater:no-transaction
create index concurrently if not exists branches_successor_id_idx on branches (successor_id);
