"""People's branches and areas (A2, A6, A7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.access_scope import over_clients_of
from clientupdater.domain.delegation import (
    require_may_give_area,
    require_may_give_branch,
    require_may_take_area,
    require_may_take_branch,
)
from clientupdater.ports.people import PlaceKind
from clientupdater.usecases.access.user_admin import user_admin

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import AreaId, BranchId, PersonId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import UnitsOfWork
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
            give_place(admin, PlaceKind.BRANCH, branch_id, self.clock.now())

    def give_area(self, caller: Caller, person: PersonId | str, area: AreaId | str) -> None:
        """Give an area that the caller holds.

        Holding all of its branches is not enough, because an area grows.
        """
        with user_admin(self.work, caller, person, allow_wider_rights=True) as admin:
            area_id = admin.tx.organisation.area(area)
            members = admin.tx.organisation.members(area_id)
            require_may_give_area(admin.actor, admin.person.id, area_id, members)
            give_place(admin, PlaceKind.AREA, area_id, self.clock.now())

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

    def _take(self, admin: UserAdmin, kind: PlaceKind, place: UUID) -> None:
        tx, person = admin.tx, admin.person.id
        tx.people.take_place(kind, place, person)
        tx.limit_to(over_clients_of(person))
        ended = tx.officers.end_lost_assignments([person], admin.actor.id, self.clock.now())
        admin.log_action("territory.take", **{kind: place}, assignments_ended=ended)
        admin.audit_rights("revoked", kind, place)


def give_place(admin: UserAdmin, kind: PlaceKind, place: UUID, now: datetime) -> None:
    """Give a branch or an area, and audit it."""
    admin.tx.people.give_place(kind, place, admin.person.id, admin.actor.id, now)
    admin.log_action("territory.give", **{kind: place})
    admin.audit_rights("granted", kind, place)
