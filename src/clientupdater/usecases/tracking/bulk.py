"""Record many updates in one call: each by itself, or all or none.

One call reads and locks all rows at once, judges each update after those before it, and writes all
of them at once: a few statements, however many updates there are. If the store fails, nothing is
written and the whole call fails; an item's own error is always a rule's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from attrs import evolve, frozen

from clientupdater.domain.access_scope import access_scope_of
from clientupdater.domain.clients import has_terminal_outcome
from clientupdater.domain.errors import BulkRejected, Error, Unavailable
from clientupdater.domain.permissions import Permission
from clientupdater.domain.settings_values import BACKDATING_DAYS
from clientupdater.domain.tracking import (
    client_after,
    opened,
    record,
    require_version,
    settle,
    unopened,
    writing_order,
)
from clientupdater.usecases.clients.client_access import (
    ClientAccess,
    Outcome,
    find_clients,
    logged_action,
    require_item_count,
    write_context,
)
from clientupdater.usecases.tracking.recording import Written
from clientupdater.usecases.tracking.staging import StagedRows

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.clients import Client
    from clientupdater.domain.ids import ClientId, ClientRef, CompanyId
    from clientupdater.domain.periods import Period
    from clientupdater.domain.statuses import StatusCatalogue
    from clientupdater.domain.tracking import Change, PeriodRow
    from clientupdater.domain.updates import StatusUpdate
    from clientupdater.domain.write_context import WriteContext
    from clientupdater.ports.audit import LoggedAction
    from clientupdater.ports.codes import Names
    from clientupdater.ports.unit_of_work import Transaction

Outcomes: TypeAlias = "tuple[Outcome[Written], ...]"


@frozen
class BulkItem:
    """One update among many."""

    client: ClientRef
    period: Period
    update: StatusUpdate
    version: int


def record_many(
    access: ClientAccess, caller: Caller, items: Sequence[BulkItem], *, atomic: bool
) -> Outcomes:
    """Record up to 500 updates; raises BulkRejected if one fails and it is all or none."""
    require_item_count(items, "/items")
    with access.work.begin(access_scope_of(caller.actor, Permission.STATUS_UPDATE)) as tx:
        written = _record_visible(access, tx, caller, items, atomic=atomic)
    refs = [item.client for item in items]
    outcomes = access.with_refusals(caller, refs, written, Permission.STATUS_UPDATE)
    if atomic and any(outcome.error for outcome in outcomes):
        # None of the others was written, so none has a result.
        raise BulkRejected(evolve(outcome, result=None) for outcome in outcomes)
    return outcomes


def _record_visible(
    access: ClientAccess,
    tx: Transaction,
    caller: Caller,
    items: Sequence[BulkItem],
    *,
    atomic: bool,
) -> dict[int, Outcome[Written]]:
    """Record the items whose clients the caller may update; the others have no outcome."""
    batch = _read(access, tx, caller, items)
    outcomes = {index: batch.record(index, items[index]) for index in batch.in_order(items)}
    failed = len(outcomes) < len(items) or any(each.error for each in outcomes.values())
    if batch.rows.changes and not (atomic and failed):
        tx.rows.write_many(batch.rows.changes)
        written = [outcome.result for outcome in outcomes.values() if outcome.result]
        tx.audit.log_action(caller, *map(_logged, written))
    return outcomes


def _logged(written: Written) -> LoggedAction:
    period, sequence = written.row.period, written.event.sequence
    return logged_action(written.client, "status.record", period=period, sequence=sequence)


@frozen
class _Batch:
    """Everything that judging the items needs, read at once."""

    access: ClientAccess
    caller: Caller
    clients: Mapping[ClientRef, Client]
    ending: Collection[ClientId]
    """Clients whose tracking some item may end: all of their rows were read."""
    rows: StagedRows
    catalogue: StatusCatalogue
    backdating_days: Mapping[CompanyId, int]
    names: Names

    def in_order(self, items: Sequence[BulkItem]) -> list[int]:
        """Sort by client, then period; updates of one row stay in the order given."""
        places = {
            index: (self.clients[item.client].id, item.period)
            for index, item in enumerate(items)
            if item.client in self.clients
        }
        return sorted(places, key=lambda index: writing_order(places[index]))

    def record(self, index: int, item: BulkItem) -> Outcome[Written]:
        """Record one item, or drop what it changed."""
        try:
            written = self._record(self._client(item.client), item)
        except Unavailable:
            raise
        except Error as error:
            self.rows.drop()
            return Outcome(index, error=error)
        self.rows.keep()
        return Outcome(index, written)

    def _client(self, ref: ClientRef) -> Client:
        client = self.clients[ref]
        if client.id not in self.ending:
            return client
        snapshots = [row.snapshot for row in self.rows.of_client(client.id)]
        return evolve(client, has_terminal_outcome=has_terminal_outcome(snapshots))

    def _record(self, client: Client, item: BulkItem) -> Written:
        days = self.backdating_days[client.company]
        context = write_context(
            self.caller, client, self.access.clock, self.access.zone, backdating_days=days
        )
        row = self._row(client, item, context)
        change = record(row, item.update, self.catalogue, context)
        if change.event.is_terminal:
            after = self._write_and_settle(client, row, change, evolve(context, by=None))
        else:
            after = self.rows.append(row, change)
        return Written(client, after, change.event, self.names)

    def _row(self, client: Client, item: BulkItem, context: WriteContext) -> PeriodRow:
        """Find the row as its author saw it; open the running period's if there is none (P4)."""
        row = self.rows.find(client.id, item.period)
        current = row or unopened(client, item.period, context)
        require_version(current, item.version, lambda: self.rows.history(client.id, item.period))
        return row or self.rows.open(current, opened(client, context))

    def _write_and_settle(
        self, client: Client, row: PeriodRow, change: Change, system: WriteContext
    ) -> PeriodRow:
        """Write a change that ends the client's tracking, and settle all of its rows (T1)."""
        rows = self.rows.of_client(client.id)
        after = client_after(client, rows, row, change)
        self.rows.append(row, change)
        for each in self.rows.of_client(client.id):
            if settling := settle(each, after.exempt_cause, system):
                self.rows.append(each, settling)
        written = self.rows.find(client.id, row.period)
        assert written is not None  # noqa: S101 — it was appended to above
        return written


def _read(
    access: ClientAccess, tx: Transaction, caller: Caller, items: Sequence[BulkItem]
) -> _Batch:
    """Lock the clients, then the rows, in the order in which every writer does."""
    catalogue = tx.settings.statuses()
    clients = find_clients(tx, {item.client for item in items})
    places = {(clients[item.client].id, item.period) for item in items if item.client in clients}
    ending = {
        clients[item.client].id
        for item in items
        if item.client in clients and catalogue.may_end(item.update.status, item.update.reason)
    }
    existing = {(row.client, row.period) for row in tx.rows.find_many(places)}
    tx.clients.lock(*ending, *(client for client, _ in places - existing))
    rows = StagedRows.of(tx.rows, tx.rows.find_many(places, ending, locked=True))
    clients = find_clients(tx, clients)  # they may have changed before the lock
    companies = {client.company for client in clients.values()}
    days = {each: int(tx.settings.number(BACKDATING_DAYS, each)) for each in companies}
    people = {caller.actor.id, *(client.assigned_to for client in clients.values())}
    names = tx.organisation.names({person for person in people if person})
    return _Batch(access, caller, clients, ending, rows, catalogue, days, names)
