drop table hand_over_clients;
drop table hand_overs;
