-- clientupdater:no-transaction
-- The clients of a word stand in the order of their names, so that a search for a first name that many have begins at
-- the first of them.
create index concurrently if not exists client_words_in_order_idx
on client_words (word, sort_name, client_id) include (company_id, branch_id, assigned_to);
