-- clientupdater:no-transaction
-- client_words_in_order_idx serves all that it served.
drop index concurrently if exists client_words_names_idx;
