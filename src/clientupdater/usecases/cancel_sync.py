"""Call a run off: one that waits, is held, or is under way (Y9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.ports.journal import Deed
from clientupdater.ports.work import SYSTEM
from clientupdater.usecases._sync_rights import RESOURCE, judged_job

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import SyncJobId
    from clientupdater.domain.sync.jobs import SyncJob
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.syncing import SyncWork


@frozen
class CancelSync:
    """Whoever works on it finds out at the next page, or at the end, and keeps nothing."""

    work: SyncWork
    clock: Clock

    def __call__(self, caller: Caller, job_id: SyncJobId) -> SyncJob:
        """Call it off. Raises SyncOver where it is over."""
        job = judged_job(self.work, caller, Permission.SYNC_EXECUTE, job_id)
        job.require_cancellable()
        with self.work.begin(SYSTEM) as tx:
            tx.sync_jobs.cancel(job, self.clock.now())
            deed = Deed(action="sync.cancel", resource=RESOURCE, resource_id=str(job.id))
            tx.journal.did(caller, deed)
            return tx.sync_jobs.find(job.id) or job
