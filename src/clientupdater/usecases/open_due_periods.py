"""Open every period that should have rows by now (P4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.occasion import Occasion
from clientupdater.domain.periods import due_for_opening
from clientupdater.ports.tracking import Opening
from clientupdater.ports.work import SYSTEM

if TYPE_CHECKING:
    from datetime import tzinfo

    from clientupdater.domain.ids import ClientId
    from clientupdater.domain.periods import Period
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.work import UnitsOfWork

BATCH = 2000
"""Clients looked at in one transaction: small enough that nobody's update waits for it."""


@frozen
class OpenDuePeriods:
    """Catches up whatever was missed; run twice or at once, it does no more (P3, P4)."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo
    batch: int = BATCH

    def __call__(self) -> tuple[Opening, ...]:
        """Open them one after the other, each in batches."""
        return tuple(self._open(period) for period in due_for_opening(self.clock.now(), self.zone))

    def _open(self, period: Period) -> Opening:
        started_at = self.clock.now()
        rows, after = self._open_batch(period, None)
        while after:
            more, after = self._open_batch(period, after)
            rows += more
        opening = Opening(period, rows, started_at, self.clock.now())
        if rows:
            with self.work.begin(SYSTEM) as transaction:
                transaction.openings.note(opening)
        return opening

    def _open_batch(self, period: Period, after: ClientId | None) -> tuple[int, ClientId | None]:
        with self.work.begin(SYSTEM) as transaction:
            occasion = Occasion(now=self.clock.now(), zone=self.zone)
            batch = transaction.openings.open_batch(
                period, occasion, after=after, at_most=self.batch
            )
        return batch.rows, batch.last
