"""Open ways in over one PostgreSQL transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import psycopg
from attrs import frozen

from clientupdater.adapters.postgres.people import (
    PERSON_WIDTH,
    QUERIES,
    SESSION_WIDTH,
    actor_of,
    person_of,
    session_of,
)
from clientupdater.ports.people import KnownSession

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]


@frozen
class PostgresSessions:
    """Open ways in."""

    _connection: Connection

    def find(self, token: str) -> KnownSession | None:
        """Find one with its person's rights of this moment, in one look."""
        found = self._connection.execute(QUERIES["session_by_token"], {"token": token}).fetchone()
        if found is None:
            return None
        until = SESSION_WIDTH + PERSON_WIDTH
        person = person_of(found[SESSION_WIDTH:until])
        actor = actor_of(person, found[until:])
        return KnownSession(session_of(found[:SESSION_WIDTH]), person, actor)

    def touch(self, session: UUID, now: datetime) -> None:
        """Note that it was used just now; skip it where another is noting the same."""
        self._connection.execute(QUERIES["touch_session"], {"id": session, "now": now})
