set local lock_timeout = '500ms';

drop trigger move_generation on users;
