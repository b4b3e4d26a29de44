"""Use cases: people."""
