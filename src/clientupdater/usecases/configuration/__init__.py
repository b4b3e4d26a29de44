"""Use cases: configuration."""
