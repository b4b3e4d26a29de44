"""Check the counts that reports read against the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.periods import business_day
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.reports.reading import running_and_last

if TYPE_CHECKING:
    from datetime import tzinfo

    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import UnitsOfWork


@frozen
class CountCheck:
    """Counts are kept by triggers (ADR 32); a repair by hand may have gone past them."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo

    def find_wrong(self) -> tuple[str, ...]:
        """Name branches whose counts are wrong, in the running and the last periods.

        It counts every row, which takes seconds for hundreds of thousands of them.
        """
        today = business_day(self.clock.now(), self.zone)
        with self.work.read(SYSTEM) as tx:
            wrong = tx.row_counts.find_wrong(running_and_last(today))
        return tuple(f"{branch} in {period}" for branch, period in wrong)
