"""The read models: lists that people page through, and the values of their filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection

    from clientupdater.domain.ids import ClientId
    from clientupdater.domain.lookups import Lookups
    from clientupdater.ports.client_history import HistoryKey, HistoryPage
    from clientupdater.ports.filter_options import FilterOptions
    from clientupdater.ports.lists import (
        ClientPage,
        ClientQuery,
        ClientRecord,
        ReadContext,
        WorklistCounts,
        WorklistFilter,
        WorklistPage,
        WorklistQuery,
    )


class ReadModels(Protocol):
    """The read models of clients; the deleted are in none of them (C4)."""

    def worklist(self, query: WorklistQuery, read_context: ReadContext) -> WorklistPage:
        """Read a page of the open rows of the running periods, within `read_context.statuses`.

        A later page keeps the order of the first. Without an order, it goes by work.
        """
        ...

    def worklist_counts(self, wanted: WorklistFilter, read_context: ReadContext) -> WorklistCounts:
        """Count the items that `worklist` lists on this day with this filter."""
        ...

    def clients(
        self, query: ClientQuery, read_context: ReadContext, known: Collection[ClientId] = ()
    ) -> ClientPage:
        """Read a page of clients within the context's scope; a query about rows, within both.

        `known` are the clients whose whole pension number is `query.q`. Raises InvalidInput for an
        unknown code.
        """
        ...

    def client(self, client: ClientId | str, read_context: ReadContext) -> ClientRecord | None:
        """Read one by id or client code; None where the scope has none."""
        ...

    def client_history(self, client: ClientId, limit: int, after: HistoryKey | None) -> HistoryPage:
        """Read a page, the newest change first; pension numbers are masked."""
        ...

    def filter_options(self, read_context: ReadContext) -> FilterOptions:
        """Read the values within the scope of clients, and statuses within that of statuses.

        Loan statuses and officers are those of some client in scope; branches are those of the
        scope, and areas those with such a branch. It does not read every client.
        """
        ...

    def lookups(self, *, inactive: bool) -> Lookups:
        """Read the eight of them, with or without entries that are no longer in use."""
        ...
