"""List clients by what they are and where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.ports.reading import ClientSort
from clientupdater.usecases._reading import looking, require_reach

if TYPE_CHECKING:
    from datetime import tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.reading import ClientPage, ClientQuery, ReadingWork


@frozen
class ListClients:
    """A page of clients; whoever asks where they stand needs status:read as well."""

    work: ReadingWork
    clock: Clock
    zone: tzinfo

    def __call__(self, caller: Caller, query: ClientQuery) -> ClientPage:
        """Read a page, as far as the caller's clients:read goes."""
        require_reach(self.work, caller, Permission.CLIENTS_READ, "client")
        if query.filter.row is not None or query.sort is ClientSort.FOLLOW_UP:
            require_reach(self.work, caller, Permission.STATUS_READ, "client")
        found = looking(caller, self.clock, self.zone)
        with self.work.begin(found.clients) as tx:
            return tx.reading.clients(query, found)
