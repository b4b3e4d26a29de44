create index client_words_word_idx
on client_words (word, client_id) include (company_id, branch_id, assigned_to);

create index client_words_branch_idx
on client_words (branch_id, word, client_id) include (company_id, assigned_to);

drop index client_words_names_idx;
drop index client_words_branch_names_idx;
