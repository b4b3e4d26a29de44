-- The role stays: other databases of this server use it.
alter default privileges in schema public revoke select on sequences from clientupdater_backup;
alter default privileges in schema public revoke select on tables from clientupdater_backup;
revoke select on all sequences in schema public from clientupdater_backup;
revoke select on all tables in schema public from clientupdater_backup;
