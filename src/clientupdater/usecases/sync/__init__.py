"""Use cases: sync."""
