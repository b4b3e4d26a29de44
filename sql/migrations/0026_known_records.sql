-- How a client stood when it was last compared with what a source says of it. Where it has not been
-- touched since and the record is word for word the same, there is nothing to compare.
alter table client_sources add column client_updated_at timestamptz;
