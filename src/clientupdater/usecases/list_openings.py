"""Tell which periods were opened, when, by whom, and how many rows it made (P4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import Forbidden
from clientupdater.domain.oversight import decide_over_thing
from clientupdater.domain.permissions import Permission
from clientupdater.domain.reach import sight_of
from clientupdater.ports.work import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.tracking import Opening
    from clientupdater.ports.work import UnitsOfWork


@frozen
class ListOpenings:
    """Rows are counted over every company, so it asks for status:read over all of them (A10)."""

    work: UnitsOfWork

    def __call__(self, caller: Caller, *, at_most: int = 50) -> Sequence[Opening]:
        """List them, the last opening first."""
        decision = decide_over_thing(caller.actor, Permission.STATUS_READ, None)
        if not decision.allowed:
            with self.work.begin(sight_of(caller.actor)) as tx:
                tx.journal.refused(caller, decision, "period", "")
            raise Forbidden(Permission.STATUS_READ)
        with self.work.begin(SYSTEM) as tx:
            return tx.openings.noted(at_most=at_most)
