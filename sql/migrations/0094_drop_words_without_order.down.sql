-- clientupdater:no-transaction
create index concurrently if not exists client_words_names_idx
on client_words (word, client_id) include (sort_name, company_id, branch_id, assigned_to);
