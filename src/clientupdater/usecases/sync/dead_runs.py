"""Fail the runs whose process is gone, so that nobody waits for them (Y9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.sync.source_status import SILENCE
from clientupdater.ports.unit_of_work import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.domain.ids import SyncJobId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import UnitsOfWork


@frozen
class FailDeadSyncs:
    """A run that a worker's job comes back to is left to that job."""

    work: UnitsOfWork
    clock: Clock

    def __call__(self) -> Sequence[SyncJobId]:
        """Look for them; name those that were failed."""
        with self.work.begin(SYSTEM) as tx:
            return tx.sync_jobs.fail_dead(self.clock.now(), silence=SILENCE)
