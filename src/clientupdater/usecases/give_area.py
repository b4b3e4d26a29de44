"""Put an area into somebody's territory (A2, A6, A7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.delegation import require_may_give_area
from clientupdater.domain.permissions import Permission
from clientupdater.usecases._overseeing import overseeing

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import AreaId, PersonId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.people import StaffWork


@frozen
class GiveArea:
    """To hold its branches is not enough to give it: an area grows."""

    work: StaffWork
    clock: Clock

    def __call__(self, caller: Caller, person: PersonId | str, area: AreaId | str) -> None:
        """Give it, if one holds it oneself."""
        with overseeing(
            self.work, caller, Permission.USERS_MANAGE, person, even_wider=True
        ) as over:
            place = over.tx.places.area(area)
            require_may_give_area(over.actor, over.person.id, place, over.tx.places.members(place))
            over.tx.territories.give_area(over.person.id, place, over.actor.id, self.clock.now())
            over.did("territory.give", area=place)
            over.changed_rights("granted", "area", place)
