"""The read models: choose the walk, render the statement, make the rows."""

from clientupdater.adapters.postgres.read_models.model import PostgresReadModels

__all__ = ["PostgresReadModels"]
