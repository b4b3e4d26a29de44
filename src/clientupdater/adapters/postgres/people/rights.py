"""Who may do what, over one PostgreSQL transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import psycopg
from attrs import frozen

from clientupdater.adapters.postgres.people.rows import QUERIES, known_actor

if TYPE_CHECKING:
    from clientupdater.domain.access import Actor
    from clientupdater.domain.ids import PersonId

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]


@frozen
class PostgresRights:
    """The rights of people."""

    _connection: Connection

    def actor(self, person: PersonId) -> Actor | None:
        """Find whether a person is active, their grants and live territory, in one look."""
        values = {"person": person}
        row = self._connection.execute(QUERIES["actor_by_id"], values).fetchone()
        return known_actor(row) if row else None

    def lock(self) -> None:
        """Wait for whoever changes rights just now, and keep them, but no others, waiting."""
        self._connection.execute(QUERIES["lock_rights_shared"])
