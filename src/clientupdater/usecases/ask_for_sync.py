"""Ask for a run: seen first or applied, full or of what changed, of one company or all (Y2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.ports.journal import Deed
from clientupdater.ports.queue import SYNC_QUEUE, NewJob
from clientupdater.ports.work import SYSTEM
from clientupdater.usecases._sync_rights import RESOURCE, TASK, require_over_company

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.sync.jobs import SyncJob, SyncRequest
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.syncing import SyncTransaction, SyncWork


@frozen
class AskForSync:
    """Puts a run down, with the job that does it; or alone, for whoever does it at once."""

    work: SyncWork
    clock: Clock

    def __call__(self, caller: Caller, asked: SyncRequest, *, enqueue: bool = True) -> SyncJob:
        """Ask. Raises SyncRunning where the source is being read."""
        require_over_company(self.work, caller, Permission.SYNC_EXECUTE, asked.company)
        now = self.clock.now()
        with self.work.begin(SYSTEM) as tx:
            job = tx.sync_jobs.create(asked, caller.actor.id, now)
            if enqueue:
                tx.jobs.enqueue(job_of(job), now)
            self._did(tx, caller, job)
        return job

    def _did(self, tx: SyncTransaction, caller: Caller, job: SyncJob) -> None:
        asked = job.asked
        told = {"source": str(asked.source), "mode": str(asked.mode), "full": asked.full}
        deed = Deed(action="sync.ask", resource=RESOURCE, resource_id=str(job.id), details=told)
        tx.journal.did(caller, deed)


def job_of(job: SyncJob) -> NewJob:
    """Say what a worker has to do for a run."""
    return NewJob(
        name=TASK,
        queue=SYNC_QUEUE,
        arguments={"sync_job": str(job.id)},
        key=f"{TASK}:{job.id}",
        company=job.asked.company,
        asked_by=job.created_by,
    )
