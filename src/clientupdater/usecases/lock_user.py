"""Lock somebody's signing in, by hand (U3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.accounts import LOCKED_FOR_GOOD
from clientupdater.domain.permissions import Permission
from clientupdater.usecases._overseeing import overseeing

if TYPE_CHECKING:
    from datetime import datetime

    from clientupdater.domain.accounts import Person
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import PersonId
    from clientupdater.ports.people import StaffWork


@frozen
class LockUser:
    """Open sessions go on, as with any lock; who is to be out at once is deactivated."""

    work: StaffWork

    def __call__(
        self, caller: Caller, person: PersonId | str, until: datetime = LOCKED_FOR_GOOD
    ) -> Person:
        """Lock it until then, or until it is unlocked; the last administrator stays free."""
        with overseeing(self.work, caller, Permission.USERS_MANAGE, person) as over:
            kept = over.tx.accounts.save(evolve(over.person, locked_until=until))
            over.require_administrator_left()
            over.did("user.lock", until=until)
        return kept
