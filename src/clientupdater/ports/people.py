"""Keeping people, how they sign in, and what they may do.

Nothing here has a twin in memory: that the last administrator stays, and that a reset counts
once, is held by the database's own locks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

from clientupdater.ports.work import Transaction

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import datetime
    from uuid import UUID

    from clientupdater.domain.access import Actor
    from clientupdater.domain.accounts import OpenSession, Person
    from clientupdater.ports.work import Sight


@frozen
class KnownSession:
    """A session with whose it is, and what they may do at this moment (A7)."""

    open: OpenSession
    person: Person
    actor: Actor


class Sessions(Protocol):
    """Open ways in; tokens come here as their fingerprints alone (U2)."""

    def find(self, token: str) -> KnownSession | None:
        """Find one, live or not, with the person's flags, grants and live territory."""
        ...

    def touch(self, session: UUID, now: datetime) -> None:
        """Note that it was used just now; nobody waits for another who notes the same."""
        ...


class StaffTransaction(Transaction, Protocol):
    """A unit of work that reaches people as well."""

    @property
    def sessions(self) -> Sessions:
        """Open ways in."""
        ...


class StaffWork(Protocol):
    """Where units of work begin that reach people as well."""

    def begin(self, sight: Sight) -> AbstractContextManager[StaffTransaction]:
        """Begin one, as `UnitsOfWork` does."""
        ...
