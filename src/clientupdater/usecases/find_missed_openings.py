"""Find what opening the periods has left out: for whoever keeps the software running (P2, P4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.occasion import Occasion
from clientupdater.domain.periods import due_for_opening
from clientupdater.ports.work import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from clientupdater.domain.periods import Period
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.work import UnitsOfWork


@frozen
class MissedOpenings:
    """Clients without a row that is due, by period, and those of no known cycle."""

    without_row: Mapping[Period, int]
    unmapped: int


@frozen
class FindMissedOpenings:
    """Looks, and opens nothing."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo

    def __call__(self) -> MissedOpenings:
        """Count them in every period that should have rows by now."""
        now = self.clock.now()
        occasion = Occasion(now=now, zone=self.zone)
        with self.work.begin(SYSTEM) as transaction:
            found = {
                period: transaction.openings.missing(period, occasion)
                for period in due_for_opening(now, self.zone)
            }
            unmapped = transaction.openings.unmapped()
        return MissedOpenings({period: rows for period, rows in found.items() if rows}, unmapped)
