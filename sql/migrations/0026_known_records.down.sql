alter table client_sources drop column client_updated_at;
