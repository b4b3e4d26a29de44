"""List, search and show the clients that the caller may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.access_scope import access_scope_of
from clientupdater.domain.errors import Misconfigured
from clientupdater.domain.permissions import Permission
from clientupdater.ports.lists import ClientSort
from clientupdater.usecases.clients.client_access import ClientAccess, find_client
from clientupdater.usecases.clients.lists import read_context, require_scope

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import ClientId, ClientRef
    from clientupdater.ports.client_history import HistoryKey, HistoryPage
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.lists import ClientPage, ClientQuery, ClientRecord, ReadContext
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork


@frozen
class ClientDirectory:
    """Lists, finds and shows clients."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo

    def list(self, caller: Caller, query: ClientQuery) -> ClientPage:
        """Read a page within clients:read; filters on rows need status:read as well."""
        result = self._looking(caller, query)
        with self.work.read(result.clients, caller.generation) as tx:
            return tx.read_models.clients(query, result)

    def search(self, caller: Caller, query: ClientQuery) -> ClientPage:
        """Read a page as `list` does, of the clients that match `query.q`."""
        result = self._looking(caller, query)
        with self.work.read(result.clients, caller.generation) as tx:
            return tx.read_models.clients(query, result, self._owners(tx, query.q))

    def _looking(self, caller: Caller, query: ClientQuery) -> ReadContext:
        require_scope(self.work, caller, Permission.CLIENTS_READ, "client")
        if query.filter.asks_for_status or query.sort is ClientSort.FOLLOW_UP:
            require_scope(self.work, caller, Permission.STATUS_READ, "client")
        return read_context(caller, self.clock, self.zone)

    def _owners(self, tx: Transaction, q: str | None) -> Sequence[ClientId]:
        """Find clients by their whole pension number (C3); without keys, find none."""
        if q is None or not any(each.isdigit() for each in q):
            return ()
        try:
            return tx.pension_numbers.owners(q)
        except Misconfigured:
            return ()

    def show(
        self, caller: Caller, client: ClientRef, by: Permission = Permission.CLIENTS_READ
    ) -> ClientRecord:
        """Show a client with the running period's row.

        `by` is the permission that shows it, so that a writer can see what they wrote. Raises
        NotFound, or Forbidden for a client that other permissions show (A5).
        """
        access_scope = access_scope_of(caller.actor, by)
        result = evolve(read_context(caller, self.clock, self.zone), clients=access_scope)
        with self.work.read(result.clients, caller.generation) as tx:
            view = tx.read_models.client(client, result)
        if view is None:
            raise self._access.refusal(caller, client, by)
        return view

    def history(
        self, caller: Caller, client: ClientRef, limit: int = 50, after: HistoryKey | None = None
    ) -> HistoryPage:
        """Read a page of the changes that people and syncs made, the newest first.

        Raises NotFound, or Forbidden for a client that clients:read does not cover (A5).
        """
        with self.work.begin(access_scope_of(caller.actor, Permission.CLIENTS_READ)) as tx:
            result = find_client(tx, client)
            if result:
                return tx.read_models.client_history(result.id, limit, after)
        raise self._access.refusal(caller, client, Permission.CLIENTS_READ)

    @property
    def _access(self) -> ClientAccess:
        return ClientAccess(self.work, self.clock, self.zone)
