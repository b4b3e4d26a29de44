"""Adapters within this process: cache, rate limits, clock, files, cron times."""
