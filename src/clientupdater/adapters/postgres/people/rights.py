"""The rights of people in PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.adapters.postgres.people.rows import QUERIES, known_actor

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from clientupdater.adapters.postgres.core.connect import Connection
    from clientupdater.domain.access import Actor
    from clientupdater.domain.ids import PersonId


@frozen
class PostgresRights:
    """The rights of people, read or locked."""

    _connection: Connection

    def actor(self, person: PersonId, at: datetime | None = None) -> Actor | None:
        """Read all of it in one statement."""
        values = {"person": person, "now": at}
        row = self._connection.execute(QUERIES["actor_by_id"], values).fetchone()
        return known_actor(row) if row else None

    def actors(self, people: Collection[PersonId]) -> dict[PersonId, Actor]:
        values = {"people": list(people), "now": None}
        cursor = self._connection.execute(QUERIES["actors_by_id"], values)
        actors = (known_actor(row) for row in cursor)
        return {actor.id: actor for actor in actors if actor}

    def lock(self) -> None:
        """Wait for a change of rights, and make the next one wait; readers share the lock."""
        self._connection.execute(QUERIES["lock_rights_shared"])
