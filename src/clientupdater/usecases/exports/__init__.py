"""Use cases: exports."""
