"""List the runs, the newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.ports.work import SYSTEM
from clientupdater.usecases._sync_rights import companies_within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import SyncJobId
    from clientupdater.domain.sync.jobs import SyncJob
    from clientupdater.ports.syncing import SyncWork


@frozen
class ListSyncs:
    """Whoever holds single companies sees the runs of those alone."""

    work: SyncWork

    def __call__(
        self, caller: Caller, *, before: SyncJobId | None = None, at_most: int = 50
    ) -> Sequence[SyncJob]:
        """List them."""
        companies = companies_within(self.work, caller, Permission.SYNC_READ)
        with self.work.begin(SYSTEM) as tx:
            return tx.sync_jobs.list(companies, before=before, at_most=at_most)
