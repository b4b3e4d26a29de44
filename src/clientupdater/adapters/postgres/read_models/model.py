"""The read models over one PostgreSQL transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.adapters.postgres.read_models.client_lists import ClientLists
from clientupdater.adapters.postgres.read_models.filter_options import read_filter_options
from clientupdater.adapters.postgres.read_models.history import read_client_history
from clientupdater.adapters.postgres.read_models.lookups import read_lookups
from clientupdater.adapters.postgres.read_models.worklist_counts import read_worklist_counts

if TYPE_CHECKING:
    from collections.abc import Collection

    from clientupdater.adapters.postgres.configuration.configuration import Configuration
    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.adapters.postgres.core.transactions import TransactionControl
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


@frozen
class PostgresReadModels:
    """Each read model is one named statement; its module says how it is made."""

    _control: TransactionControl
    _configuration: Configuration

    @property
    def _connection(self) -> Connection:
        return self._control.begun

    @property
    def _lists(self) -> ClientLists:
        return ClientLists(self._control, self._configuration)

    def worklist(self, query: WorklistQuery, read_context: ReadContext) -> WorklistPage:
        return self._lists.worklist(query, read_context)

    def worklist_counts(self, wanted: WorklistFilter, read_context: ReadContext) -> WorklistCounts:
        return read_worklist_counts(self._connection, self._configuration, wanted, read_context)

    def clients(
        self, query: ClientQuery, read_context: ReadContext, known: Collection[ClientId] = ()
    ) -> ClientPage:
        return self._lists.clients(query, read_context, known)

    def client(self, client: ClientId | str, read_context: ReadContext) -> ClientRecord | None:
        return self._lists.client(client, read_context)

    def client_history(self, client: ClientId, limit: int, after: HistoryKey | None) -> HistoryPage:
        return read_client_history(self._connection, client, limit, after)

    def filter_options(self, read_context: ReadContext) -> FilterOptions:
        return read_filter_options(self._connection, self._configuration, read_context)

    def lookups(self, *, inactive: bool) -> Lookups:
        return read_lookups(self._connection, inactive=inactive)
