-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion
-- The clients of a word stand in the order of their names, so that a search for a first name that many have begins at
-- the first of them. Syncs that bring names wait while the index is built; everyone else goes on.
set local lock_timeout = '500ms';

create index client_words_in_order_idx
on client_words (word, sort_name, client_id) include (company_id, branch_id, assigned_to);

drop index client_words_names_idx;
