"""List somebody's open sessions (U2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.ports.work import SYSTEM
from clientupdater.usecases._overseeing import overseeing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.domain.accounts import OpenSession
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import PersonId
    from clientupdater.domain.sessions import Lifetimes
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.people import StaffTransaction, StaffWork


@frozen
class ListSessions:
    """One's own for everybody; those of others by users:read."""

    work: StaffWork
    clock: Clock
    lifetimes: Lifetimes

    def __call__(self, caller: Caller, person: PersonId) -> Sequence[OpenSession]:
        """List them, the last opened first."""
        if person == caller.actor.id:
            with self.work.begin(SYSTEM) as tx:
                return self._live(tx, person)
        with overseeing(self.work, caller, Permission.USERS_READ, person) as over:
            return self._live(over.tx, person)

    def _live(self, tx: StaffTransaction, person: PersonId) -> Sequence[OpenSession]:
        now = self.clock.now()
        return [
            each
            for each in tx.sessions.of_person(person, now)
            if each.session.end(now, self.lifetimes, person_is_active=True) is None
        ]
