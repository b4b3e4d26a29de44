"""Seal every pension number with the newest key (C3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.ports.work import SYSTEM

if TYPE_CHECKING:
    from clientupdater.domain.ids import ClientId
    from clientupdater.ports.pension_numbers import RenewedBatch
    from clientupdater.ports.work import UnitsOfWork

BATCH = 500
"""Numbers sealed in one transaction: small enough that nobody's write waits for it."""


@frozen
class RenewPensionNumbers:
    """May be stopped at any moment and run again: what is renewed is passed over."""

    work: UnitsOfWork
    batch: int = BATCH

    def __call__(self) -> int:
        """Renew them batch by batch; tell how many were sealed with an older key."""
        batch = self._renew(None)
        renewed = batch.renewed
        while batch.last:
            batch = self._renew(batch.last)
            renewed += batch.renewed
        return renewed

    def _renew(self, after: ClientId | None) -> RenewedBatch:
        with self.work.begin(SYSTEM) as tx:
            return tx.pension_numbers.renew_batch(after=after, at_most=self.batch)
