"""Take a branch out of somebody's territory (A2, A3, A7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.delegation import require_may_take_branch
from clientupdater.domain.permissions import Permission
from clientupdater.usecases._overseeing import overseeing

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import BranchId, PersonId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.people import StaffWork


@frozen
class TakeBranch:
    """Their clients there are theirs no longer (A3)."""

    work: StaffWork
    clock: Clock

    def __call__(self, caller: Caller, person: PersonId | str, branch: BranchId | str) -> None:
        """Take it; where it was not given, nothing changes."""
        with overseeing(self.work, caller, Permission.USERS_MANAGE, person) as over:
            place = over.tx.places.branch(branch)
            require_may_take_branch(over.actor, place)
            over.tx.territories.take_branch(over.person.id, place)
            ended = over.tx.officers_clients.end_lost(
                over.person.id, over.actor.id, self.clock.now()
            )
            over.did("territory.take", branch=place, assignments_ended=ended)
            over.changed_rights("revoked", "branch", place)
