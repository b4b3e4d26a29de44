"""Read models: the lists that people page through, one statement a page."""

from clientupdater.adapters.postgres.reading.lookups import PostgresLookups
from clientupdater.adapters.postgres.reading.model import PostgresReading

__all__ = ["PostgresLookups", "PostgresReading"]
