"""Dated assignments over one PostgreSQL transaction (A3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import psycopg
from attrs import frozen

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.domain.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Collection

    from clientupdater.domain.ids import ClientId, PersonId
    from clientupdater.domain.officers import AssignmentEnd
    from clientupdater.domain.write_context import WriteContext

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

QUERIES = named_queries("tracking/assignments.sql")


@frozen
class PostgresAssignments:
    """Who looks after whom."""

    _connection: Connection

    def assign(
        self, clients: Collection[ClientId], officer: PersonId, write_context: WriteContext
    ) -> None:
        """Begin one for each, and end the one there was."""
        values = {**_told(clients, write_context), "officer": officer}
        try:
            with self._connection.transaction():
                self._connection.execute(QUERIES["assign"], values)
        except (psycopg.errors.ForeignKeyViolation, psycopg.errors.InsufficientPrivilege) as error:
            raise NotFound from error  # no such client or person, or none within sight

    def end(
        self,
        clients: Collection[ClientId],
        write_context: WriteContext,
        why: AssignmentEnd | None = None,
    ) -> None:
        """End the one that each has, if any."""
        values = {**_told(clients, write_context), "why": str(why or "released")}
        self._connection.execute(QUERIES["end"], values)


def _told(clients: Collection[ClientId], write_context: WriteContext) -> dict[str, object]:
    return {"clients": sorted(clients), "now": write_context.now, "by": write_context.by}
