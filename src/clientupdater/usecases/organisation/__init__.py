"""Use cases: organisation."""
