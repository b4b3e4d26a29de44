"""Put a branch into somebody's territory (A2, A6, A7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.delegation import require_may_give_branch
from clientupdater.domain.permissions import Permission
from clientupdater.usecases._overseeing import overseeing

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import BranchId, PersonId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.people import StaffWork


@frozen
class GiveBranch:
    """Given twice, it is given."""

    work: StaffWork
    clock: Clock

    def __call__(self, caller: Caller, person: PersonId | str, branch: BranchId | str) -> None:
        """Give it, if one holds it oneself."""
        with overseeing(
            self.work, caller, Permission.USERS_MANAGE, person, even_wider=True
        ) as over:
            place = over.tx.places.branch(branch)
            require_may_give_branch(over.actor, over.person.id, place)
            over.tx.territories.give_branch(over.person.id, place, over.actor.id, self.clock.now())
            over.did("territory.give", branch=place)
            over.changed_rights("granted", "branch", place)
