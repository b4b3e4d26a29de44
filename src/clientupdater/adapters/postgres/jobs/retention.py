"""Removing old rows, in one PostgreSQL transaction (J5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import asdict, frozen

from clientupdater.adapters.postgres.core.named_queries import named_queries

if TYPE_CHECKING:
    from datetime import datetime

    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.ports.retention import Removable, Removal


QUERIES = named_queries("jobs/retention.sql")


@frozen
class PostgresRetentionStore:
    _connection: Connection

    def remove(self, kind: Removable, before: datetime, *, at_most: int) -> int:
        query = QUERIES[kind].replace(":at_most", str(int(at_most))).encode()
        return self._connection.execute(query, {"before": before}).rowcount

    def note(self, removal: Removal) -> None:
        self._connection.execute(QUERIES["note"], asdict(removal))
