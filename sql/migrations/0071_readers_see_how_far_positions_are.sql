-- The change feed asks how far positions have been given out (ADR 35).
grant select on sequence status_events_position_seq to clientupdater_app;
