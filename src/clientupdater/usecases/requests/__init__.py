"""Use cases: requests."""
