"""What people page through, and what lists can be filtered by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection

    from clientupdater.domain.ids import ClientId
    from clientupdater.ports.client_history import HistoryKey, HistoryPage
    from clientupdater.ports.filter_options import FilterOptions
    from clientupdater.ports.lists import (
        ClientPage,
        ClientQuery,
        ClientView,
        Looking,
        Lookups,
        WorklistPage,
        WorklistQuery,
    )


class ReadModels(Protocol):
    """The read models of clients; the deleted are in none of them (C4)."""

    def worklist(self, query: WorklistQuery, looking: Looking) -> WorklistPage:
        """Read a page of the open rows of the running periods, within `looking.statuses`.

        It goes on in the order of the place that it goes on from; by work where nothing is said.
        """
        ...

    def clients(
        self, query: ClientQuery, looking: Looking, known: Collection[ClientId] = ()
    ) -> ClientPage:
        """Read a page of clients within `looking.clients`; what asks for rows, within both.

        `known` are those whose whole pension number `query.q` is. Raises InvalidInput for a
        code that there is not.
        """
        ...

    def client(self, client: ClientId | str, looking: Looking) -> ClientView | None:
        """Read one by identity or client code; None if there is none within sight."""
        ...

    def client_history(self, client: ClientId, limit: int, after: HistoryKey | None) -> HistoryPage:
        """Read a page, the newest first; pension numbers are masked, however they came there."""
        ...

    def filter_options(self, looking: Looking) -> FilterOptions:
        """Read what they can be: of `looking.clients`, and for statuses of `looking.statuses`.

        Loan statuses and officers are those that some client within reach holds; branches those
        of the reach, and areas those with one of them. Not every client is read for it.
        """
        ...

    def lookups(self, *, inactive: bool) -> Lookups:
        """Read the eight of them, with or without what is no longer in use."""
        ...
