"""Open one whole period, in batches (P4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.write_context import WriteContext
from clientupdater.ports.tracking import Opening
from clientupdater.ports.unit_of_work import SYSTEM

if TYPE_CHECKING:
    from datetime import tzinfo

    from clientupdater.domain.ids import ClientId, PersonId
    from clientupdater.domain.periods import Period
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import RowSecurityScope, UnitsOfWork

BATCH = 750
"""Clients examined in one transaction: small enough that no update waits for it."""


@frozen
class PeriodOpener:
    """Opens a period's missing rows; running it twice, or twice at once, is safe (P3, P4)."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo
    batch: int
    rls_scope: RowSecurityScope = SYSTEM

    def open(self, period: Period, by: PersonId | None = None) -> Opening:
        """Open the period, and write the opening down if it made any row."""
        started_at = self.clock.now()
        rows, after = self._open_batch(period, None)
        while after:
            more, after = self._open_batch(period, after)
            rows += more
        opening = Opening(period, rows, started_at, self.clock.now(), by)
        if rows:
            with self.work.begin(self.rls_scope) as transaction:
                transaction.rows.note_opening(opening)
        return opening

    def _open_batch(self, period: Period, after: ClientId | None) -> tuple[int, ClientId | None]:
        with self.work.begin(self.rls_scope) as transaction:
            write_context = WriteContext(now=self.clock.now(), zone=self.zone)
            batch = transaction.rows.open_batch(
                period, write_context, after=after, at_most=self.batch
            )
        return batch.rows, batch.last
