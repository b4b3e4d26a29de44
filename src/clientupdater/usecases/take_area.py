"""Take an area out of somebody's territory (A2, A3, A7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.delegation import require_may_take_area
from clientupdater.domain.permissions import Permission
from clientupdater.usecases._overseeing import overseeing

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import AreaId, PersonId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.people import StaffWork


@frozen
class TakeArea:
    """Their clients there are theirs no longer (A3)."""

    work: StaffWork
    clock: Clock

    def __call__(self, caller: Caller, person: PersonId | str, area: AreaId | str) -> None:
        """Take it; where it was not given, nothing changes."""
        with overseeing(self.work, caller, Permission.USERS_MANAGE, person) as over:
            place = over.tx.places.area(area)
            require_may_take_area(over.actor, place)
            over.tx.territories.take_area(over.person.id, place)
            ended = over.tx.officers_clients.end_lost(
                over.person.id, over.actor.id, self.clock.now()
            )
            over.did("territory.take", area=place, assignments_ended=ended)
            over.changed_rights("revoked", "area", place)
