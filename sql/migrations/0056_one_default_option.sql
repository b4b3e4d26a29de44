-- clientupdater:no-transaction
-- A category has one default for each company, and one for all companies.
create unique index concurrently if not exists config_options_one_default_key
on config_options (category_id, company_id) nulls not distinct where is_default;
