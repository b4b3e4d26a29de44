"""Time limits, circuits and fallbacks around other adapters."""
