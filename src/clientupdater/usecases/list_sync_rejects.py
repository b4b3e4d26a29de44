"""List the rows that a run could not take, each with every reason (Y3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.ports.work import SYSTEM
from clientupdater.usecases._sync_rights import judged_job

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import SyncJobId
    from clientupdater.ports.syncing import KeptReject, SyncWork


@frozen
class ListSyncRejects:
    """Reasons name columns and never what was in them (C3)."""

    work: SyncWork

    def __call__(
        self, caller: Caller, job_id: SyncJobId, *, after: int = 0, at_most: int = 50
    ) -> Sequence[KeptReject]:
        """List them in the order in which they came."""
        job = judged_job(self.work, caller, Permission.SYNC_READ, job_id)
        with self.work.begin(SYSTEM) as tx:
            return tx.sync_rejects.list(job.id, after=after, at_most=at_most)
