"""Show how a run stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.usecases._sync_rights import judged_job

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import SyncJobId
    from clientupdater.domain.sync.jobs import SyncJob
    from clientupdater.ports.syncing import SyncWork


@frozen
class ShowSync:
    """Shows its numbers, which tell of nobody."""

    work: SyncWork

    def __call__(self, caller: Caller, job: SyncJobId) -> SyncJob:
        """Show it."""
        return judged_job(self.work, caller, Permission.SYNC_READ, job)
