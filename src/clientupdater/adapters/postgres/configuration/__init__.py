"""Business settings and codes."""
