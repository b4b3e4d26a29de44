"""Remove jobs that are over sooner than retention would (J5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.retention import Purgeable
from clientupdater.usecases._minding import did, minding

if TYPE_CHECKING:
    from datetime import timedelta

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.queue import JobsWork
    from clientupdater.usecases.purge_old import PurgeOld


@frozen
class PurgeJobs:
    """Those that are done or were called off; dead ones stay until somebody has looked."""

    work: JobsWork
    clock: Clock
    purge_old: PurgeOld

    def __call__(self, caller: Caller, *, older_than: timedelta) -> int:
        """Remove them in batches; give how many."""
        before = self.clock.now() - older_than
        with minding(self.work, caller, "job") as tx:
            did(tx, caller, "job.purge", "", before=before.isoformat())
        return self.purge_old(Purgeable.COMPLETED_JOBS, before)
