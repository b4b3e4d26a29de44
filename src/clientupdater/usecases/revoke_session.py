"""End one of somebody's sessions (U2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import NotFound
from clientupdater.domain.permissions import Permission
from clientupdater.ports.journal import Deed
from clientupdater.ports.work import SYSTEM
from clientupdater.usecases._overseeing import overseeing

if TYPE_CHECKING:
    from uuid import UUID

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import PersonId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.people import StaffTransaction, StaffWork


@frozen
class RevokeSession:
    """One's own for everybody; those of others by users:manage."""

    work: StaffWork
    clock: Clock

    def __call__(self, caller: Caller, person: PersonId, session: UUID) -> None:
        """End it; raise NotFound if they have no such session open."""
        if person == caller.actor.id:
            with self.work.begin(SYSTEM) as tx:
                self._end(tx, caller, person, session)
            return
        with overseeing(self.work, caller, Permission.USERS_MANAGE, person) as over:
            self._end(over.tx, caller, person, session)

    def _end(self, tx: StaffTransaction, caller: Caller, person: PersonId, session: UUID) -> None:
        now = self.clock.now()
        if session not in {each.id for each in tx.sessions.of_person(person, now)}:
            raise NotFound
        tx.sessions.revoke([session], now, "revoked")
        deed = Deed(action="session.revoke", resource="user", resource_id=str(person))
        tx.journal.did(caller, deed)
