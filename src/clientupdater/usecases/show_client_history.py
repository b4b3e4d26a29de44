"""Show what changed of a client: which field, from, to, by whom or by which run (C2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.domain.reach import reach_of
from clientupdater.usecases._client_files import ClientFiles, find

if TYPE_CHECKING:
    from datetime import tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.client_history import HistoryKey, HistoryPage
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.reading import ReadingWork
    from clientupdater.usecases._client_files import ClientRef


@frozen
class ShowClientHistory:
    """What people and runs changed, together; asks for clients:read over the client."""

    work: ReadingWork
    clock: Clock
    zone: tzinfo

    def __call__(
        self, caller: Caller, client: ClientRef, limit: int = 50, after: HistoryKey | None = None
    ) -> HistoryPage:
        """Read a page, the newest first; raises NotFound, or Forbidden (A5)."""
        with self.work.begin(reach_of(caller.actor, Permission.CLIENTS_READ)) as tx:
            found = find(tx, client)
            if found and not found.is_deleted:
                return tx.client_history.page(found.id, limit, after)
        files = ClientFiles(self.work, self.clock, self.zone)
        raise files.refusal(caller, client, Permission.CLIENTS_READ)
