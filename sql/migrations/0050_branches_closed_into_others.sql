-- The branch that took over the clients of a closed one. A source may name the closed branch for months.
alter table branches add column successor_id uuid;
alter table branches add constraint branches_successor_id_fkey
foreign key (successor_id) references branches (id) not valid;
alter table branches add constraint branches_successor_check
check (successor_id is null or (deleted_at is not null and successor_id <> id)) not valid;

-- One primary contact of each type; of several, the oldest stays primary.
update branch_contacts k
set is_primary = false
where k.is_primary and exists (
    select from branch_contacts older
    where older.branch_id = k.branch_id
        and older.type = k.type
        and older.is_primary
        and (older.created_at, older.id) < (k.created_at, k.id)
);
