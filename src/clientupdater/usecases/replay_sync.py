"""Have what a run was given taken once more: all of it, to explain it, or its rejects (Y3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.errors import SyncOver
from clientupdater.domain.permissions import Permission
from clientupdater.domain.sync.jobs import Mode
from clientupdater.usecases._sync_rights import judged_job

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import SyncJobId
    from clientupdater.domain.sync.jobs import SyncJob
    from clientupdater.ports.syncing import SyncWork
    from clientupdater.usecases.ask_for_sync import AskForSync


@frozen
class ReplaySync:
    """Asks for a run over a past one's input, for as long as that is kept."""

    work: SyncWork
    ask: AskForSync

    def rejects(self, caller: Caller, job_id: SyncJobId, *, enqueue: bool = True) -> SyncJob:
        """Take the rows that could not be taken, now that what was wrong is mended."""
        job = judged_job(self.work, caller, Permission.SYNC_EXECUTE, job_id)
        if job.asked.origin is not None:
            raise SyncOver(
                f"This run took the rows of another: replay those of {job.asked.origin}."
            )
        asked = evolve(job.asked, mode=Mode.APPLY, full=False, origin=job.id, rejects_alone=True)
        return self.ask(caller, asked, enqueue=enqueue)

    def input(self, caller: Caller, job_id: SyncJobId, *, enqueue: bool = True) -> SyncJob:
        """See what all of it would do by now; nothing is changed."""
        job = judged_job(self.work, caller, Permission.SYNC_EXECUTE, job_id)
        origin = job.asked.origin or job.id
        asked = evolve(job.asked, mode=Mode.PREVIEW, origin=origin, rejects_alone=False)
        return self.ask(caller, asked, enqueue=enqueue)
