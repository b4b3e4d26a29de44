"""Open every period that should have rows by now (P4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.periods import due_for_opening
from clientupdater.usecases._opening import BATCH, PeriodOpener

if TYPE_CHECKING:
    from datetime import tzinfo

    from clientupdater.ports.clock import Clock
    from clientupdater.ports.tracking import Opening
    from clientupdater.ports.work import UnitsOfWork


@frozen
class OpenDuePeriods:
    """Catches up whatever was missed; run twice or at once, it does no more (P3, P4)."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo
    batch: int = BATCH

    def __call__(self) -> tuple[Opening, ...]:
        """Open them one after the other, each in batches."""
        opener = PeriodOpener(self.work, self.clock, self.zone, self.batch)
        return tuple(map(opener.open, due_for_opening(self.clock.now(), self.zone)))
