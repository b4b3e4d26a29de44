"""Put a branch into an area (A2, A6, A7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.delegation import require_may_place_branch
from clientupdater.ports.journal import Deed, RightsChange
from clientupdater.ports.work import SYSTEM
from clientupdater.usecases._overseeing import acting, refusals_noted, require_over_area

if TYPE_CHECKING:
    from uuid import UUID

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import AreaId, BranchId, PersonId
    from clientupdater.ports.people import StaffWork


@frozen
class PlaceBranch:
    """Whoever was given the area sees it otherwise from their next request on."""

    work: StaffWork

    def __call__(self, caller: Caller, area: AreaId | str, branch: BranchId | str) -> None:
        """Put it in, if one holds the branch and would see no more by it."""
        named = None if isinstance(area, str) else area
        with refusals_noted(self.work, caller, named, "area"), self.work.begin(SYSTEM) as tx:
            tx.administration.hold()
            actor = acting(tx, caller)
            into = tx.places.area(area)
            require_over_area(actor, tx.area_branches.company_of(into))
            place = tx.places.branch(branch)
            require_may_place_branch(actor, place, into)
            tx.area_branches.put(into, place)
            for holder in tx.territories.holders(into):
                tx.journal.changed_rights(caller, _change("granted", holder, into, place))
            deed = Deed(
                action="area.place_branch",
                resource="area",
                resource_id=str(into),
                details={"branch": place},
            )
            tx.journal.did(caller, deed)


def _change(decision: str, holder: PersonId, area: UUID, branch: UUID) -> RightsChange:
    return RightsChange(
        decision=decision,
        person=holder,
        resource="area",
        resource_id=str(area),
        after={"branch": str(branch)},
    )
