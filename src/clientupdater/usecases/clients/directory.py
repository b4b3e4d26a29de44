"""List, search and show the clients that the caller may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.access import decide
from clientupdater.domain.access_scope import access_scope_of, visible_scope_of
from clientupdater.domain.errors import Forbidden, Misconfigured, NotFound
from clientupdater.domain.permissions import Permission
from clientupdater.ports.lists import ClientSort
from clientupdater.ports.unit_of_work import NO_CLIENTS
from clientupdater.usecases.clients.lists import looking, require_scope
from clientupdater.usecases.tracking.client_access import ClientAccess, find_client, find_for_audit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.clients import Client
    from clientupdater.domain.ids import ClientId, ClientRef
    from clientupdater.ports.client_history import HistoryKey, HistoryPage
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.lists import ClientPage, ClientQuery, ClientRecord
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork


@frozen
class ClientDirectory:
    """Lists, finds and shows clients."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo

    def list(self, caller: Caller, query: ClientQuery) -> ClientPage:
        """Read a page within clients:read; filters on rows need status:read as well."""
        require_scope(self.work, caller, Permission.CLIENTS_READ, "client")
        if query.filter.asks_for_status or query.sort is ClientSort.FOLLOW_UP:
            require_scope(self.work, caller, Permission.STATUS_READ, "client")
        result = looking(caller, self.clock, self.zone)
        with self.work.read(result.clients, caller.generation) as tx:
            return tx.read_models.clients(query, result)

    def search(self, caller: Caller, query: ClientQuery) -> ClientPage:
        """Read a page as `list` does, of the clients that match `query.q`."""
        require_scope(self.work, caller, Permission.CLIENTS_READ, "client")
        if query.filter.asks_for_status or query.sort is ClientSort.FOLLOW_UP:
            require_scope(self.work, caller, Permission.STATUS_READ, "client")
        result = looking(caller, self.clock, self.zone)
        with self.work.read(result.clients, caller.generation) as tx:
            return tx.read_models.clients(query, result, self._owners(tx, query.q))

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
        result = evolve(looking(caller, self.clock, self.zone), clients=access_scope)
        with self.work.read(result.clients, caller.generation) as tx:
            view = tx.read_models.client(client, result)
        if view is None:
            raise self._refusal(caller, client, by)
        return view

    def _refusal(self, caller: Caller, client: ClientRef, by: Permission) -> NotFound | Forbidden:
        seen = self._seen(caller, client)
        if seen is None or seen.is_deleted:
            return NotFound()
        decision = decide(caller.actor, by, seen.place)
        with self.work.begin(NO_CLIENTS) as tx:
            tx.audit.log_refusal(caller, decision, "client", str(seen.id), seen.company)
        return Forbidden(by)

    def _seen(self, caller: Caller, client: ClientRef) -> Client | None:
        with self.work.begin(visible_scope_of(caller.actor)) as tx:
            return find_for_audit(tx, client)

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
        access = ClientAccess(self.work, self.clock, self.zone)
        raise access.refusal(caller, client, Permission.CLIENTS_READ)
