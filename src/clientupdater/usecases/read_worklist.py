"""Tell somebody what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.usecases._reading import looking, require_reach

if TYPE_CHECKING:
    from datetime import tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.reading import ReadingWork, WorklistPage, WorklistQuery


@frozen
class ReadWorklist:
    """The open rows of the running periods, each with the cause of its place."""

    work: ReadingWork
    clock: Clock
    zone: tzinfo

    def __call__(self, caller: Caller, query: WorklistQuery) -> WorklistPage:
        """Read a page, as far as the caller's status:read goes."""
        require_reach(self.work, caller, Permission.STATUS_READ, "worklist")
        found = looking(caller, self.clock, self.zone)
        with self.work.begin(found.statuses) as tx:
            return tx.reading.worklist(query, found)
