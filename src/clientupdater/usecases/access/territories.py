"""Giving and taking branches and areas, and what makes up an area (A2, A6, A7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.delegation import (
    require_may_give_area,
    require_may_give_branch,
    require_may_place_branch,
    require_may_remove_branch,
    require_may_take_area,
    require_may_take_branch,
)
from clientupdater.domain.permissions import Permission
from clientupdater.ports.audit import LoggedAction, RightsChange
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.access.user_admin import (
    acting,
    refusals_noted,
    require_over_area,
    user_admin,
)

if TYPE_CHECKING:
    from uuid import UUID

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import AreaId, BranchId, PersonId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import UnitsOfWork


@frozen
class Territories:
    """A change works from the next request of everybody whom it touches."""

    work: UnitsOfWork
    clock: Clock

    def give_branch(self, caller: Caller, person: PersonId | str, branch: BranchId | str) -> None:
        """Give it, if one holds it oneself.

        Given twice, it is given.
        """
        with user_admin(
            self.work, caller, Permission.USERS_MANAGE, person, even_wider=True
        ) as over:
            place = over.tx.organisation.branch(branch)
            require_may_give_branch(over.actor, over.person.id, place)
            over.tx.territories.give_branch(over.person.id, place, over.actor.id, self.clock.now())
            over.did("territory.give", branch=place)
            over.changed_rights("granted", "branch", place)

    def take_branch(self, caller: Caller, person: PersonId | str, branch: BranchId | str) -> None:
        """Take it; where it was not given, nothing changes.

        Their clients there are theirs no longer (A3).
        """
        with user_admin(self.work, caller, Permission.USERS_MANAGE, person) as over:
            place = over.tx.organisation.branch(branch)
            require_may_take_branch(over.actor, place)
            over.tx.territories.take_branch(over.person.id, place)
            ended = over.tx.territories.end_lost_assignments(
                over.person.id, over.actor.id, self.clock.now()
            )
            over.did("territory.take", branch=place, assignments_ended=ended)
            over.changed_rights("revoked", "branch", place)

    def give_area(self, caller: Caller, person: PersonId | str, area: AreaId | str) -> None:
        """Give it, if one holds it oneself.

        To hold its branches is not enough to give it: an area grows.
        """
        with user_admin(
            self.work, caller, Permission.USERS_MANAGE, person, even_wider=True
        ) as over:
            place = over.tx.organisation.area(area)
            require_may_give_area(
                over.actor, over.person.id, place, over.tx.organisation.members(place)
            )
            over.tx.territories.give_area(over.person.id, place, over.actor.id, self.clock.now())
            over.did("territory.give", area=place)
            over.changed_rights("granted", "area", place)

    def take_area(self, caller: Caller, person: PersonId | str, area: AreaId | str) -> None:
        """Take it; where it was not given, nothing changes.

        Their clients there are theirs no longer (A3).
        """
        with user_admin(self.work, caller, Permission.USERS_MANAGE, person) as over:
            place = over.tx.organisation.area(area)
            require_may_take_area(over.actor, place)
            over.tx.territories.take_area(over.person.id, place)
            ended = over.tx.territories.end_lost_assignments(
                over.person.id, over.actor.id, self.clock.now()
            )
            over.did("territory.take", area=place, assignments_ended=ended)
            over.changed_rights("revoked", "area", place)

    def place_branch(self, caller: Caller, area: AreaId | str, branch: BranchId | str) -> None:
        """Put it in, if one holds the branch and would see no more by it.

        Whoever was given the area sees it otherwise from their next request on.
        """
        named = None if isinstance(area, str) else area
        with refusals_noted(self.work, caller, named, "area"), self.work.begin(SYSTEM) as tx:
            tx.people.lock_rights()
            actor = acting(tx, caller)
            into = tx.organisation.area(area)
            require_over_area(actor, tx.territories.company_of_area(into))
            place = tx.organisation.branch(branch)
            require_may_place_branch(actor, place, into)
            tx.territories.place_branch(into, place)
            for holder in tx.territories.holders(into):
                tx.audit.changed_rights(caller, _change("granted", holder, into, place))
            entry = LoggedAction(
                action="area.place_branch",
                resource="area",
                resource_id=str(into),
                details={"branch": place},
            )
            tx.audit.did(caller, entry)

    def remove_branch(self, caller: Caller, area: AreaId | str, branch: BranchId | str) -> None:
        """Take it out; the holders' clients there are theirs no longer.

        Whoever was given the area sees it otherwise from their next request on.
        """
        named = None if isinstance(area, str) else area
        with refusals_noted(self.work, caller, named, "area"), self.work.begin(SYSTEM) as tx:
            tx.people.lock_rights()
            actor = acting(tx, caller)
            into = tx.organisation.area(area)
            require_over_area(actor, tx.territories.company_of_area(into))
            place = tx.organisation.branch(branch)
            holders = tx.territories.holders(into)
            items = (tx.rights.actor(holder) for holder in holders)
            require_may_remove_branch(actor, place, (each for each in items if each))
            tx.territories.remove_branch(into, place)
            for holder in holders:
                tx.territories.end_lost_assignments(holder, actor.id, self.clock.now())
                tx.audit.changed_rights(caller, _change("revoked", holder, into, place))
            entry = LoggedAction(
                action="area.remove_branch",
                resource="area",
                resource_id=str(into),
                details={"branch": place},
            )
            tx.audit.did(caller, entry)


def _change(decision: str, holder: PersonId, area: UUID, branch: UUID) -> RightsChange:
    place = {"branch": str(branch)}
    is_taken = decision == "revoked"
    return RightsChange(
        decision=decision,
        person=holder,
        resource="area",
        resource_id=str(area),
        before=place if is_taken else None,
        after=None if is_taken else place,
    )
