alter table user_permissions drop column direct_scope;
alter table user_permissions drop column by_role;
drop table user_roles;
drop table role_grants;
drop table roles;
