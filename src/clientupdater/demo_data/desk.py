"""Who on the staff has to do with the clients of a branch: asked of the policy itself (A4)."""

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
class Post:
    """The people for one company's clients in one branch."""

    officers: tuple[Person, ...]
    """Who can be an officer there, and could work for a client that is theirs (A3)."""
    callers: tuple[Person, ...]
    """Who may record for any client there, whoever its officer is."""
    leaders: tuple[Person, ...]
    """Who may correct and assign there."""


@define
class Desk:
    """Finds the people for a client, and remembers them: there are few posts, many clients."""

    staff: tuple[Person, ...]
    _posts: dict[tuple[CompanyId, BranchId], Post] = field(factory=dict)

    def post(self, company: CompanyId, branch: BranchId) -> Post:
        """Give the people for one company's clients in one branch."""
        key = (company, branch)
        if key not in self._posts:
            self._posts[key] = self._manned(ClientPlace(company, branch))
        return self._posts[key]

    def _manned(self, place: ClientPlace) -> Post:
        here = [each for each in self.staff if place.branch in each.actor.territory.all_branches]
        callers = [person for person in here if person.role in CALLERS]
        leaders = [person for person in here if person.role in LEADERS]
        return Post(
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
