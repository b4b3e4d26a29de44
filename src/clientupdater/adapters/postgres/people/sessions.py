"""Open ways in over one PostgreSQL transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.adapters.postgres.people.rows import (
    ACTOR_WIDTH,
    PERSON_WIDTH,
    QUERIES,
    SESSION_WIDTH,
    actor_of,
    known_actor,
    person_of,
    session_of,
)
from clientupdater.ports.people import KnownSession

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from clientupdater.adapters.postgres.core.connect import Connection
    from clientupdater.domain.accounts import Issue, OpenSession
    from clientupdater.domain.callers import Origin
    from clientupdater.domain.ids import PersonId
    from clientupdater.domain.sessions import Session


@frozen
class PostgresSessions:
    """Sessions by the fingerprints of their tokens."""

    _connection: Connection

    def find(self, token: str, now: datetime) -> KnownSession | None:
        """Find the session, its person and their rights in one statement."""
        values = {"token": token, "now": now}
        row = self._connection.execute(QUERIES["session_by_token"], values).fetchone()
        if row is None:
            return None
        until = SESSION_WIDTH + PERSON_WIDTH
        person = person_of(row[SESSION_WIDTH:until])
        rights, generation = row[until : until + ACTOR_WIDTH], row[until + ACTOR_WIDTH]
        issuer = known_actor(row[until + ACTOR_WIDTH + 1 :])
        opened = session_of(row[:SESSION_WIDTH])
        return KnownSession(opened, person, actor_of(person, rights), generation, issuer)

    def touch(self, session: UUID, now: datetime) -> None:
        """Skip a row that another transaction has locked."""
        self._connection.execute(QUERIES["touch_session"], {"id": session, "now": now})

    def open(
        self,
        person: PersonId,
        token: str,
        session: Session,
        origin: Origin,
        issue: Issue | None,
    ) -> UUID:
        values = {
            "person": person,
            "token": token,
            "kind": str(session.kind),
            "ip_address": origin.ip_address,
            "user_agent": origin.user_agent,
            "created_at": session.created_at,
            "last_seen_at": session.last_seen_at,
            "expires_at": session.expires_at,
            "issued_by": issue and issue.by,
            "issued_rights": issue and issue.rights,
        }
        (opened,) = self._connection.execute(QUERIES["open_session"], values).fetchall()
        identity: UUID = opened[0]
        return identity

    def of_person(self, person: PersonId, now: datetime) -> list[OpenSession]:
        values = {"person": person, "now": now}
        return [
            session_of(each)
            for each in self._connection.execute(QUERIES["sessions_of_person"], values)
        ]

    def revoke(self, sessions: Collection[UUID], now: datetime, reason: str) -> int:
        values = {"ids": list(sessions), "now": now, "reason": reason}
        return self._connection.execute(QUERIES["revoke_sessions"], values).rowcount
