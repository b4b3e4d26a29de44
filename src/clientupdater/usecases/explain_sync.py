"""Have a past run's input previewed as of now, to explain what it did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

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
class ExplainSync:
    """For as long as the input is kept; nothing is changed."""

    work: SyncWork
    ask: AskForSync

    def __call__(self, caller: Caller, job_id: SyncJobId, *, enqueue: bool = True) -> SyncJob:
        """Ask for it. Raises Gone where its input is no longer kept."""
        job = judged_job(self.work, caller, Permission.SYNC_EXECUTE, job_id)
        origin = job.asked.origin or job.id
        with self.work.begin(SYSTEM) as tx:
            require_kept(tx, origin)
        asked = evolve(
            job.asked, mode=Mode.PREVIEW, origin=origin, rejects_alone=False, single=False
        )
        return self.ask(caller, asked, enqueue=enqueue)
