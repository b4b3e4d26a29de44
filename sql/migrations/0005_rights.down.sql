drop table user_areas;
drop table user_branches;
drop table user_permissions;
drop table permissions;
