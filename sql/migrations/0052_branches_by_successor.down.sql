-- clientupdater:no-transaction
drop index concurrently if exists branches_successor_id_idx;
