"""The forms in which values are written into cache entries."""
