-- clientupdater:no-transaction
drop index concurrently if exists client_words_in_order_idx;
