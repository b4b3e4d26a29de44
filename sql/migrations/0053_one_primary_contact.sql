-- clientupdater:no-transaction
create unique index concurrently if not exists branch_contacts_one_primary
on branch_contacts (branch_id, type) where is_primary;
