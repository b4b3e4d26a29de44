"""Read models: the lists that people page through, one statement a page."""

from clientupdater.adapters.postgres.read_models.lookups import PostgresLookups
from clientupdater.adapters.postgres.read_models.model import PostgresReading

__all__ = ["PostgresLookups", "PostgresReading"]
