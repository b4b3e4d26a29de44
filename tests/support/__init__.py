"""Fixtures and helpers, named for what they give."""
