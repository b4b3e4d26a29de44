"""Syncing over PostgreSQL: runs, inputs, and set-based staging, comparing and applying."""
