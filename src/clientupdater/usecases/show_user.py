"""Show somebody's account and what they may do (A6a)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.ports.work import SYSTEM
from clientupdater.usecases._overseeing import acting, found, refusals_noted, require_over

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.domain.accounts import GivenGrant, Person
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import PersonId
    from clientupdater.ports.people import StaffWork


@frozen
class ShownUser:
    """Somebody, and what they may do."""

    person: Person
    grants: Sequence[GivenGrant]


@frozen
class ShowUser:
    """Oneself for everybody, others by users:read."""

    work: StaffWork

    def __call__(self, caller: Caller, person: PersonId | str) -> ShownUser:
        """Show them; raise NotFound for one who is not there or out of sight."""
        with refusals_noted(self.work, caller, person), self.work.begin(SYSTEM) as tx:
            actor, shown = acting(tx, caller), found(tx, person)
            if shown.id != actor.id:
                require_over(actor, Permission.USERS_READ, shown.place)
            return ShownUser(shown, tx.grants.of_person(shown.id))
