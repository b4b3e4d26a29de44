"""Show what a run would do, or did (Y5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import NotFound
from clientupdater.domain.permissions import Permission
from clientupdater.ports.work import SYSTEM
from clientupdater.usecases._sync_rights import judged_job

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import SyncJobId
    from clientupdater.domain.sync.outcome import Outcome
    from clientupdater.ports.syncing import SyncWork


@frozen
class ShowSyncPlan:
    """Shows numbers, reasons, and some examples, in which clients are named."""

    work: SyncWork

    def __call__(self, caller: Caller, job_id: SyncJobId) -> Outcome:
        """Show it; until a run has come so far there is none."""
        job = judged_job(self.work, caller, Permission.SYNC_READ, job_id)
        with self.work.begin(SYSTEM) as tx:
            outcome = tx.sync_plans.find(job.id)
        if outcome is None:
            raise NotFound("This run has no plan yet.")
        return outcome
