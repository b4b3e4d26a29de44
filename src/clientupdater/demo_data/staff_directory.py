"""The staff of each branch, by the domain's own policy (A4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, field, frozen

from clientupdater.demo_data.staff import Person, Role
from clientupdater.domain.access import ClientPlace, decide
from clientupdater.domain.permissions import Permission

if TYPE_CHECKING:
    from clientupdater.domain.ids import BranchId, CompanyId

CALLERS = frozenset({Role.TELEMARKETER, Role.FIELD_STAFF})
LEADERS = frozenset({Role.BRANCH_MANAGER, Role.AREA_MANAGER})


@frozen
class BranchStaff:
    """The people for one company's clients in one branch."""

    officers: tuple[Person, ...]
    """They can be officers there, and record for a client assigned to them (A3)."""
    callers: tuple[Person, ...]
    """They may record for any client there."""
    leaders: tuple[Person, ...]
    """They may correct and assign there."""


@define
class StaffDirectory:
    """Finds the staff for a client, and caches it: there are few branches and many clients."""

    staff: tuple[Person, ...]
    _by_place: dict[tuple[CompanyId, BranchId], BranchStaff] = field(factory=dict)

    def staff_of(self, company: CompanyId, branch: BranchId) -> BranchStaff:
        key = (company, branch)
        if key not in self._by_place:
            self._by_place[key] = self._staff_of(ClientPlace(company, branch))
        return self._by_place[key]

    def _staff_of(self, place: ClientPlace) -> BranchStaff:
        here = [each for each in self.staff if place.branch in each.actor.territory.all_branches]
        callers = [person for person in here if person.role in CALLERS]
        leaders = [person for person in here if person.role in LEADERS]
        return BranchStaff(
            officers=tuple(each for each in callers if _may_work(each, place, theirs=True)),
            callers=tuple(each for each in callers if _may_work(each, place, theirs=False)),
            leaders=tuple(each for each in leaders if _may_lead(each, place)),
        )


def _may_work(person: Person, place: ClientPlace, *, theirs: bool) -> bool:
    officer = person.id if theirs else None
    place = ClientPlace(place.company, place.branch, officer)
    return decide(person.actor, Permission.STATUS_UPDATE, place).allowed


def _may_lead(person: Person, place: ClientPlace) -> bool:
    wanted = (Permission.STATUS_CORRECT, Permission.CLIENTS_ASSIGN)
    return all(decide(person.actor, each, place).allowed for each in wanted)
