drop table user_sessions;
drop table users;
