alter table authorization_audit drop column origin;
grant execute on function blank_remarks(uuid, text) to clientupdater_app;
