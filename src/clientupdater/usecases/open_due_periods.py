"""Open every period that should have rows by now (P4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.periods import Cycle, due_for_opening
from clientupdater.ports.queue import Progress
from clientupdater.usecases._opening import BATCH, PeriodOpener

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from clientupdater.ports.clock import Clock
    from clientupdater.ports.doing import Doing
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

    def as_job(self, doing: Doing) -> None:
        """Open what is due of the cycle that the job names, or of every one."""
        cycle = _cycle(doing.job.arguments)
        opener = PeriodOpener(self.work, self.clock, self.zone, self.batch)
        rows = 0
        for period in due_for_opening(self.clock.now(), self.zone):
            if cycle in (None, period.cycle):
                doing.report(Progress(done=rows, step=f"opening {period}"))
                rows += opener.open(period).rows


def _cycle(arguments: Mapping[str, object]) -> Cycle | None:
    """Read which cycle is asked for."""
    try:
        return Cycle(str(arguments["cycle"])) if "cycle" in arguments else None
    except ValueError:
        known = ", ".join(Cycle)
        raise InvalidInput.of("/cycle", f"is none of: {known}") from None
