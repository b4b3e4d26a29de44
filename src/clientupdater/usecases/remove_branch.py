"""Take a branch out of an area (A2, A3, A7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.delegation import require_may_remove_branch
from clientupdater.ports.journal import Deed, RightsChange
from clientupdater.ports.work import SYSTEM
from clientupdater.usecases._overseeing import acting, refusals_noted, require_over_area

if TYPE_CHECKING:
    from uuid import UUID

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import AreaId, BranchId, PersonId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.people import StaffWork


@frozen
class RemoveBranch:
    """Whoever was given the area sees it otherwise from their next request on."""

    work: StaffWork
    clock: Clock

    def __call__(self, caller: Caller, area: AreaId | str, branch: BranchId | str) -> None:
        """Take it out; the holders' clients there are theirs no longer."""
        named = None if isinstance(area, str) else area
        with refusals_noted(self.work, caller, named, "area"), self.work.begin(SYSTEM) as tx:
            tx.administration.hold()
            actor = acting(tx, caller)
            into = tx.places.area(area)
            require_over_area(actor, tx.area_branches.company_of(into))
            place = tx.places.branch(branch)
            holders = tx.territories.holders(into)
            found = (tx.rights.actor(holder) for holder in holders)
            require_may_remove_branch(actor, place, (each for each in found if each))
            tx.area_branches.remove(into, place)
            for holder in holders:
                tx.officers_clients.end_lost(holder, actor.id, self.clock.now())
                tx.journal.changed_rights(caller, _change("revoked", holder, into, place))
            deed = Deed(
                action="area.remove_branch",
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
        before={"branch": str(branch)},
    )
