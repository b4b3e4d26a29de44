"""Redis: what processes share that may be lost."""
