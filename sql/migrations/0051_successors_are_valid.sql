alter table branches validate constraint branches_successor_id_fkey;
alter table branches validate constraint branches_successor_check;
