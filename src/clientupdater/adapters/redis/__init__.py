"""Redis: counts, cache entries and circuits that processes share, and that may be lost."""
