"""Approve a plan: one that the guard holds, or a preview (Y5, Y7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.ports.journal import Deed
from clientupdater.ports.work import SYSTEM
from clientupdater.usecases._sync_rights import RESOURCE, judged_job
from clientupdater.usecases.ask_for_sync import job_of

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import SyncJobId
    from clientupdater.domain.sync.jobs import SyncJob
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.syncing import SyncWork


@frozen
class ApproveSync:
    """Lets that very plan be applied: what would by then be another one is refused."""

    work: SyncWork
    clock: Clock

    def __call__(
        self, caller: Caller, job_id: SyncJobId, *, seen: str | None = None, enqueue: bool = True
    ) -> SyncJob:
        """Approve it; `seen` is the hash of the plan that was looked at."""
        job = judged_job(self.work, caller, Permission.SYNC_EXECUTE, job_id)
        job.require_approvable(seen)
        now = self.clock.now()
        with self.work.begin(SYSTEM) as tx:
            tx.sync_jobs.approve(job, caller.actor.id, now)
            if enqueue:
                tx.jobs.enqueue(job_of(job), now)
            told = {"plan_hash": job.plan_hash}
            deed = Deed(
                action="sync.approve", resource=RESOURCE, resource_id=str(job.id), details=told
            )
            tx.journal.did(caller, deed)
            return tx.sync_jobs.find(job.id) or job
