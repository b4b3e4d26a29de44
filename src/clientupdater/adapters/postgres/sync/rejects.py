"""Rows that could not be taken, over one PostgreSQL transaction (Y3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.domain.errors import Fault
from clientupdater.domain.ids import SyncJobId
from clientupdater.ports.sync import KeptReject

if TYPE_CHECKING:
    from datetime import datetime

    from clientupdater.adapters.postgres.core.connect import Connection
    from clientupdater.domain.sync.jobs import SyncJob

QUERIES = named_queries("sync/rejects.sql")


@frozen
class PostgresSyncRejects:
    """What could not be taken."""

    _connection: Connection

    def list(self, job: SyncJobId, *, after: int, at_most: int) -> list[KeptReject]:
        """List a run's, in the order in which they came."""
        values = {"job": job, "after": after, "at_most": at_most}
        return [
            KeptReject(
                row,
                code,
                tuple(Fault(each["column"], each["message"]) for each in reasons),
                by and SyncJobId(by),
            )
            for row, code, reasons, by in self._connection.execute(QUERIES["list"], values)
        ]

    def waiting(self, job: SyncJobId) -> frozenset[int]:
        """Name the rows that no run has taken since."""
        return frozenset(
            row for (row,) in self._connection.execute(QUERIES["waiting"], {"job": job})
        )

    def taken(self, job: SyncJobId, by: SyncJob, now: datetime) -> int:
        """Note that a run has taken them, but for those that it refused as well."""
        values = {"job": job, "by": by.id, "now": now}
        return self._connection.execute(QUERIES["taken"], values).rowcount
