drop table one_time_passwords;
