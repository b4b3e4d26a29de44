"""Syncing over PostgreSQL: what sources sent, and the set-based work of taking it over."""
