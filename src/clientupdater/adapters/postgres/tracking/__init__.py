"""Period rows, their events, openings and assignments."""
