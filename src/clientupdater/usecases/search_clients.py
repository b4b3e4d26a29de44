"""Search clients by name, code, contact number or whole pension number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import Misconfigured
from clientupdater.domain.permissions import Permission
from clientupdater.ports.reading import ClientSort
from clientupdater.usecases._reading import looking, require_reach

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import ClientId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.reading import ClientPage, ClientQuery, ReadingTransaction, ReadingWork


@frozen
class SearchClients:
    """As ListClients, among those whom `query.q` may mean."""

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
            return tx.reading.clients(query, found, self._owners(tx, query.q))

    def _owners(self, tx: ReadingTransaction, q: str | None) -> Sequence[ClientId]:
        """Find whose whole pension number it is (C3); without keys nobody can be found by one."""
        if q is None or not any(each.isdigit() for each in q):
            return ()
        try:
            return tx.pension_numbers.owners(q)
        except Misconfigured:
            return ()
