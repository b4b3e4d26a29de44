-- clientupdater:no-transaction
drop index concurrently if exists branch_contacts_one_primary;
