"""Let somebody sign in again at once (U3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.permissions import Permission
from clientupdater.usecases._overseeing import overseeing

if TYPE_CHECKING:
    from clientupdater.domain.accounts import Person
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import PersonId
    from clientupdater.ports.people import StaffWork


@frozen
class UnlockUser:
    """Counts failures from nothing again, whoever or whatever had locked it."""

    work: StaffWork

    def __call__(self, caller: Caller, person: PersonId | str) -> Person:
        """Unlock it."""
        with overseeing(self.work, caller, Permission.USERS_MANAGE, person) as over:
            kept = over.tx.accounts.save(evolve(over.person, locked_until=None))
            over.did("user.unlock")
        return kept
