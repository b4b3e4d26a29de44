"""Open every period that should have rows by now (P4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.occasion import Occasion
from clientupdater.domain.periods import Period, due_for_opening
from clientupdater.ports.work import SYSTEM

if TYPE_CHECKING:
    from datetime import tzinfo

    from clientupdater.domain.ids import ClientId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.work import UnitsOfWork

BATCH = 2000
"""Clients looked at in one transaction: small enough that nobody's update waits for it."""


@frozen
class Opening:
    """What opening a period came to."""

    period: Period
    rows: int


@frozen
class OpenDuePeriods:
    """Catches up whatever was missed; run twice or at once, it does no more (P3, P4)."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo
    batch: int = BATCH

    def __call__(self) -> tuple[Opening, ...]:
        """Open them one after the other, each in batches."""
        due = due_for_opening(self.clock.now(), self.zone)
        return tuple(Opening(period, self._open(period)) for period in due)

    def _open(self, period: Period) -> int:
        opened = 0
        after: ClientId | None = None
        while True:
            with self.work.begin(SYSTEM) as transaction:
                occasion = Occasion(now=self.clock.now(), zone=self.zone)
                batch = transaction.openings.open_batch(
                    period, occasion, after=after, at_most=self.batch
                )
            opened += batch.rows
            after = batch.last
            if after is None:
                return opened
