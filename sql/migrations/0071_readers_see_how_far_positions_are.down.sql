revoke select on sequence status_events_position_seq from clientupdater_app;
