"""End the session that one is in (U2, U4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.ports.journal import Deed
from clientupdater.ports.work import SYSTEM

if TYPE_CHECKING:
    from uuid import UUID

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.people import StaffWork


@frozen
class SignOut:
    """Needs no right but to be signed in."""

    work: StaffWork
    clock: Clock

    def __call__(self, caller: Caller, session: UUID) -> None:
        """End it; ended twice, it is ended."""
        with self.work.begin(SYSTEM) as tx:
            tx.sessions.revoke([session], self.clock.now(), "signed out")
            who = str(caller.actor.id)
            tx.journal.did(caller, Deed(action="session.end", resource="user", resource_id=who))
