alter table export_jobs drop column sight;
alter table users drop column password_issued_by, drop column password_issued_rights;
alter table user_sessions drop column issued_by, drop column issued_rights;
