-- clientupdater:no-transaction
drop index concurrently if exists config_options_one_default_key;
