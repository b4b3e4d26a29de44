"""What reports show, counted by the conditions that lists filter by (R3)."""

from clientupdater.adapters.postgres.reports.reports import PostgresReports

__all__ = ["PostgresReports"]
