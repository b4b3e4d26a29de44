"""Sessions: how long one lives, and what ends it (U2, U5, A8)."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

#: A service's token lives a year at most (U5).
LONGEST_SERVICE_LIFETIME = timedelta(days=365)


class SessionKind(StrEnum):
    """Whose it is: a person's, or a calling service's."""

    PERSON = "person"
    SERVICE = "service"


class SessionEnd(StrEnum):
    """Why a session ended; of several causes the first one counts."""

    REVOKED = "revoked"
    INACTIVE = "inactive"
    EXPIRED = "expired"
    IDLE = "idle"


@frozen
class Lifetimes:
    """How long a person's session lives: unused, and at all (U2)."""

    idle: timedelta = timedelta(hours=12)
    absolute: timedelta = timedelta(days=7)


@frozen
class Session:
    """An open way in."""

    kind: SessionKind
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None

    @classmethod
    def of_person(cls, now: datetime, lifetimes: Lifetimes) -> Session:
        """Open one for a person who has just signed in (U2)."""
        return cls(SessionKind.PERSON, now, now, now + lifetimes.absolute)

    @classmethod
    def of_service(cls, now: datetime, lifetime: timedelta) -> Session:
        """Open one for a service, with an expiry of its own (U5)."""
        if not timedelta(0) < lifetime <= LONGEST_SERVICE_LIFETIME:
            raise InvalidInput.of("/lifetime", "a service's token lives a year at most, from now")
        return cls(SessionKind.SERVICE, now, now, now + lifetime)

    def end(
        self, now: datetime, lifetimes: Lifetimes, *, person_is_active: bool
    ) -> SessionEnd | None:
        """Say whether, and why, it is over; a service knows no idle limit (U2, U5, A8)."""
        if self.revoked_at is not None:
            return SessionEnd.REVOKED
        if not person_is_active:
            return SessionEnd.INACTIVE
        if now >= self.expires_at:
            return SessionEnd.EXPIRED
        return SessionEnd.IDLE if self._is_idle(now, lifetimes) else None

    def ends_at(self, lifetimes: Lifetimes) -> datetime:
        """Say when it ends by itself, unless it is used before (U2)."""
        if self.kind is SessionKind.SERVICE:
            return self.expires_at
        return min(self.expires_at, self.last_seen_at + lifetimes.idle)

    def _is_idle(self, now: datetime, lifetimes: Lifetimes) -> bool:
        return self.kind is SessionKind.PERSON and now - self.last_seen_at >= lifetimes.idle


def ended_by_password_change(sessions: Iterable[UUID], made_by: UUID | None) -> frozenset[UUID]:
    """Name the sessions that a change of password ends: all but the one that made it (U2).

    A reset is made by none of them, so it ends them all.
    """
    return frozenset(session for session in sessions if session != made_by)
