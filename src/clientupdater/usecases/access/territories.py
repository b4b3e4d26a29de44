"""People's branches and areas, and the branches of an area (A2, A6, A7)."""

from __future__ import annotations

from contextlib import contextmanager
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
from clientupdater.ports.audit import LoggedAction, RightsChange
from clientupdater.ports.people import PlaceKind
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.access.user_admin import (
    current_actor,
    refusals_recorded,
    require_over_area,
    user_admin,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from clientupdater.domain.access import Actor
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import AreaId, BranchId, PersonId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork
    from clientupdater.usecases.access.user_admin import UserAdmin


@frozen
class Territories:
    """A change counts from the next request of each person it affects."""

    work: UnitsOfWork
    clock: Clock

    def give_branch(self, caller: Caller, person: PersonId | str, branch: BranchId | str) -> None:
        """Give a branch that the caller holds; giving it twice changes nothing."""
        with user_admin(self.work, caller, person, allow_wider_rights=True) as admin:
            branch_id = admin.tx.organisation.branch(branch)
            require_may_give_branch(admin.actor, admin.person.id, branch_id)
            self._give(admin, PlaceKind.BRANCH, branch_id)

    def give_area(self, caller: Caller, person: PersonId | str, area: AreaId | str) -> None:
        """Give an area that the caller holds.

        Holding all of its branches is not enough, because an area grows.
        """
        with user_admin(self.work, caller, person, allow_wider_rights=True) as admin:
            area_id = admin.tx.organisation.area(area)
            members = admin.tx.organisation.members(area_id)
            require_may_give_area(admin.actor, admin.person.id, area_id, members)
            self._give(admin, PlaceKind.AREA, area_id)

    def take_branch(self, caller: Caller, person: PersonId | str, branch: BranchId | str) -> None:
        """Take a branch, and end the person's assignments to its clients (A3)."""
        with user_admin(self.work, caller, person) as admin:
            taken = admin.tx.organisation.branch(branch)
            require_may_take_branch(admin.actor, taken)
            self._take(admin, PlaceKind.BRANCH, taken)

    def take_area(self, caller: Caller, person: PersonId | str, area: AreaId | str) -> None:
        """Take an area, and end the person's assignments to clients whom they lose by it (A3)."""
        with user_admin(self.work, caller, person) as admin:
            taken = admin.tx.organisation.area(area)
            require_may_take_area(admin.actor, taken)
            self._take(admin, PlaceKind.AREA, taken)

    def _give(self, admin: UserAdmin, kind: PlaceKind, place: UUID) -> None:
        person, now = admin.person.id, self.clock.now()
        admin.tx.territories.give(kind, place, person, admin.actor.id, now)
        admin.log_action("territory.give", **{kind: place})
        admin.audit_rights("granted", kind, place)

    def _take(self, admin: UserAdmin, kind: PlaceKind, place: UUID) -> None:
        territories, person = admin.tx.territories, admin.person.id
        territories.take(kind, place, person)
        ended = territories.end_lost_assignments(person, admin.actor.id, self.clock.now())
        admin.log_action("territory.take", **{kind: place}, assignments_ended=ended)
        admin.audit_rights("revoked", kind, place)

    def place_branch(self, caller: Caller, area: AreaId | str, branch: BranchId | str) -> None:
        """Put a branch that the caller holds into an area.

        If the caller holds the area, they must not see more by it than before (A6).
        """
        with self._area_admin(caller, area) as (tx, actor, changed):
            placed = tx.organisation.branch(branch)
            require_may_place_branch(actor, placed, changed)
            tx.territories.place_branch(changed, placed)
            _record(tx, caller, "granted", changed, placed, tx.territories.holders(changed))

    def remove_branch(self, caller: Caller, area: AreaId | str, branch: BranchId | str) -> None:
        """Take a branch out of an area, and end its holders' assignments there (A3)."""
        with self._area_admin(caller, area) as (tx, actor, changed):
            removed = tx.organisation.branch(branch)
            holders = tx.territories.holders(changed)
            rights = (tx.rights.actor(holder) for holder in holders)
            require_may_remove_branch(actor, removed, (each for each in rights if each))
            tx.territories.remove_branch(changed, removed)
            for holder in holders:
                tx.territories.end_lost_assignments(holder, actor.id, self.clock.now())
            _record(tx, caller, "revoked", changed, removed, holders)

    @contextmanager
    def _area_admin(
        self, caller: Caller, area: AreaId | str
    ) -> Iterator[tuple[Transaction, Actor, AreaId]]:
        target = None if isinstance(area, str) else area
        with refusals_recorded(self.work, caller, target, "area"), self.work.begin(SYSTEM) as tx:
            tx.people.lock_rights()
            actor = current_actor(tx, caller)
            area_id = tx.organisation.area(area)
            require_over_area(actor, tx.territories.company_of_area(area_id))
            yield tx, actor, area_id


def _record(
    tx: Transaction,
    caller: Caller,
    decision: str,
    area: AreaId,
    branch: BranchId,
    holders: Iterable[PersonId],
) -> None:
    """Audit what each holder of the area gained or lost, and log the change of the area (L1)."""
    is_gained, difference = decision == "granted", {"branch": str(branch)}
    for holder in holders:
        change = RightsChange(
            decision=decision,
            person=holder,
            resource="area",
            resource_id=str(area),
            before=None if is_gained else difference,
            after=difference if is_gained else None,
        )
        tx.audit.log_rights_change(caller, change)
    entry = LoggedAction(
        action="area.place_branch" if is_gained else "area.remove_branch",
        resource="area",
        resource_id=str(area),
        details={"branch": branch},
    )
    tx.audit.log_action(caller, entry)
