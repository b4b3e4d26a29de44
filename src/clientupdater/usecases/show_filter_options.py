"""Tell what lists of clients can be filtered by (A10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.usecases._reading import looking, require_reach

if TYPE_CHECKING:
    from datetime import tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.filter_options import FilterOptions
    from clientupdater.ports.reading import ReadingWork


@frozen
class ShowFilterOptions:
    """What the caller sees decides; statuses only for those who may read them."""

    work: ReadingWork
    clock: Clock
    zone: tzinfo

    def __call__(self, caller: Caller) -> FilterOptions:
        """Read them, as far as the caller's clients:read goes."""
        require_reach(self.work, caller, Permission.CLIENTS_READ, "client")
        found = looking(caller, self.clock, self.zone)
        with self.work.begin(found.clients) as tx:
            return tx.client_filters.options(found)
