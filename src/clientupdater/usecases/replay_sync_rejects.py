"""Have the rows taken that a run could not take, now that what was wrong is mended (Y3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.errors import SyncOver
from clientupdater.domain.permissions import Permission
from clientupdater.domain.sync.jobs import Mode
from clientupdater.ports.work import SYSTEM
from clientupdater.usecases._sync_input import require_kept
from clientupdater.usecases._sync_rights import judged_job

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import SyncJobId
    from clientupdater.domain.sync.jobs import SyncJob
    from clientupdater.ports.syncing import SyncWork
    from clientupdater.usecases.ask_for_sync import AskForSync


@frozen
class ReplaySyncRejects:
    """Reads them from what was kept; an older version still overwrites no newer one (Y10)."""

    work: SyncWork
    ask: AskForSync

    def __call__(self, caller: Caller, job_id: SyncJobId, *, enqueue: bool = True) -> SyncJob:
        """Ask for it. Raises SyncOver where none waits, Gone where they are no longer kept."""
        job = judged_job(self.work, caller, Permission.SYNC_EXECUTE, job_id)
        if job.asked.origin is not None:
            raise SyncOver(f"This run replays another: replay those of {job.asked.origin}.")
        with self.work.begin(SYSTEM) as tx:
            require_kept(tx, job.id)
            if not tx.sync_rejects.waiting(job.id):
                raise SyncOver("No row of this run waits to be taken.")
        asked = evolve(job.asked, mode=Mode.APPLY, full=False, origin=job.id, rejects_alone=True)
        return self.ask(caller, asked, enqueue=enqueue)
