"""End all of somebody's sessions at once (U2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.ports.journal import Deed
from clientupdater.ports.work import SYSTEM
from clientupdater.usecases._overseeing import overseeing

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import PersonId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.people import StaffTransaction, StaffWork


@frozen
class RevokeSessions:
    """One's own for everybody, the one that asks included; those of others by users:manage."""

    work: StaffWork
    clock: Clock

    def __call__(self, caller: Caller, person: PersonId) -> None:
        """End them; where none is open, nothing changes."""
        if person == caller.actor.id:
            with self.work.begin(SYSTEM) as tx:
                self._end(tx, caller, person)
            return
        with overseeing(self.work, caller, Permission.USERS_MANAGE, person) as over:
            self._end(over.tx, caller, person)

    def _end(self, tx: StaffTransaction, caller: Caller, person: PersonId) -> None:
        now = self.clock.now()
        theirs = [each.id for each in tx.sessions.of_person(person, now)]
        ended = tx.sessions.revoke(theirs, now, "revoked")
        who, told = str(person), {"ended": ended}
        deed = Deed(action="session.revoke_all", resource="user", resource_id=who, details=told)
        tx.journal.did(caller, deed)
