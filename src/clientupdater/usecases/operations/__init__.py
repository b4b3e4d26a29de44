"""Use cases: operations."""
