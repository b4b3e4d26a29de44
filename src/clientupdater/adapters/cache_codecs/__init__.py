"""How cached values are written."""
