-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion
-- A walk over words never leaves their index, so the names are in it too. Syncs that bring names wait
-- while the indexes are built; everyone else goes on.
create index client_words_names_idx
on client_words (word, client_id) include (sort_name, company_id, branch_id, assigned_to);

create index client_words_branch_names_idx
on client_words (branch_id, word text_pattern_ops, client_id)
include (sort_name, company_id, assigned_to);

drop index client_words_word_idx;
drop index client_words_branch_idx;
