"""Use cases: clients."""
