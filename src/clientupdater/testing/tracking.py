"""Clients, statuses, rows and openings, within one unit of work over a memory book."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import evolve, frozen

from clientupdater.domain.errors import AlreadyExists, NotFound, VersionConflict
from clientupdater.domain.events import fold
from clientupdater.domain.tracking import PeriodRow, in_order_of_writing, opened
from clientupdater.ports.tracking import OpenedBatch

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from clientupdater.domain.clients import Client
    from clientupdater.domain.events import History, StatusEvent
    from clientupdater.domain.ids import ClientId
    from clientupdater.domain.periods import Period
    from clientupdater.domain.statuses import StatusCatalogue
    from clientupdater.domain.tracking import Change
    from clientupdater.domain.write_context import WriteContext
    from clientupdater.ports.tracking import ClientRef, Opening, Place, RowChanges

MemoryTransaction: TypeAlias = Any
"""`testing.store.MemoryTransaction`, which is made of what is here."""


@frozen
class StoredRow:
    """A row with all its events."""

    row: PeriodRow
    history: History


@frozen
class MemoryClients:
    """Clients, over a memory book."""

    _transaction: MemoryTransaction

    def find(self, client: ClientId) -> Client | None:
        """Find one by identity."""
        client_found: Client | None = self._transaction.known(client)
        return client_found

    def by_code(self, code: str) -> Client | None:
        """Find one by its client code."""
        for client in tuple(self._transaction.book.clients.values()):
            if client.code == code:
                return self.find(client.id)
        return None

    def find_all(self, refs: Collection[ClientRef]) -> dict[ClientRef, Client]:
        """Find many, each by identity or by its client code."""
        values = {
            ref: self.by_code(ref) if isinstance(ref, str) else self.find(ref) for ref in refs
        }
        return {ref: client for ref, client in values.items() if client}

    def lock(self, *clients: ClientId) -> None:
        """Keep the others who would end, revive, open or assign these waiting."""
        for client in sorted(set(clients)):
            self._transaction.book.lock(client, self._transaction)


@frozen
class MemoryStatuses:
    """Statuses, over a memory book."""

    _catalogue: StatusCatalogue

    def load(self) -> StatusCatalogue:
        """Give what the book was made with."""
        return self._catalogue


@frozen
class MemoryRows:
    """Period statuses and their events, over a memory book."""

    _transaction: MemoryTransaction

    def find(self, client: ClientId, period: Period) -> PeriodRow | None:
        """Find a client's row of a period."""
        kept = self._transaction.kept(client, period)
        return kept.row if kept else None

    def of_client(self, client: ClientId) -> list[PeriodRow]:
        """List a client's rows, the latest period first."""
        if self._transaction.known(client) is None:
            return []
        return [kept.row for kept in self._transaction.kept_of(client)]

    def history(self, client: ClientId, period: Period) -> History:
        """List a row's events in sequence."""
        kept = self._transaction.kept(client, period)
        return kept.history if kept else ()

    def open(self, client: Client, period: Period, opened: StatusEvent) -> PeriodRow:
        """Begin a row with its opened event."""
        if self._transaction.known(client.id) is None:
            raise NotFound
        key = (client.id, period)
        self._transaction.book.lock(key, self._transaction)
        if self._transaction.kept(*key):
            raise AlreadyExists(f"The client has a row in {period}.")
        row = PeriodRow(client.id, client.company, period, fold([opened]))
        self._transaction.written[key] = StoredRow(row, (opened,))
        return row

    def append(self, row: PeriodRow, change: Change) -> PeriodRow:
        """Keep one event and the snapshot after it."""
        key = (row.client, row.period)
        self._transaction.book.lock(key, self._transaction)
        kept = self._transaction.kept(*key)
        if kept is None:
            raise NotFound
        _require_unmoved(row, kept.row)
        after: PeriodRow = evolve(kept.row, snapshot=change.snapshot)
        self._transaction.written[key] = StoredRow(after, (*kept.history, change.event))
        return after


@frozen
class MemoryRowBatches:
    """Rows of many clients at once, over a memory book."""

    _transaction: MemoryTransaction

    def find_all(
        self, places: Collection[Place], whole: Collection[ClientId] = (), *, locked: bool = False
    ) -> list[PeriodRow]:
        """Find the rows of these places, and all rows of the clients that are whole."""
        rows = self._transaction.rows
        names = {(row.client, row.period) for each in whole for row in rows.of_client(each)}
        names |= {place for place in places if rows.find(*place)}
        for place in sorted(names, key=in_order_of_writing) if locked else ():
            self._transaction.book.lock(place, self._transaction)
        return [row for place in names if (row := rows.find(*place))]

    def histories(self, places: Collection[Place]) -> dict[Place, History]:
        """List the events of many rows."""
        return {
            place: result for place in places if (result := self._transaction.rows.history(*place))
        }

    def write(self, changes: Sequence[RowChanges]) -> None:
        """Open rows and append events."""
        for change in changes:
            place = (change.row.client, change.row.period)
            self._transaction.book.lock(place, self._transaction)
            kept = self._transaction.kept(*place)
            _require_expected(change, kept, self._transaction.known(change.row.client))
            history = kept.history if kept else ()
            self._transaction.written[place] = StoredRow(change.row, (*history, *change.events))


def _require_expected(change: RowChanges, kept: StoredRow | None, client: Client | None) -> None:
    if client is None or (change.seen and not kept):
        raise NotFound
    if change.seen and kept:
        _require_unmoved(change.seen, kept.row)
    elif kept:
        raise AlreadyExists(f"The client has a row in {change.row.period}.")


def _require_unmoved(seen: PeriodRow, kept: PeriodRow) -> None:
    if seen.snapshot.version != kept.snapshot.version:
        raise VersionConflict(
            provided=seen.snapshot.version,
            current=kept.snapshot.version,
            snapshot=kept.snapshot,
        )


@frozen
class MemoryOpenings:
    """Opening whole periods, over a memory book."""

    _transaction: MemoryTransaction

    def open_batch(
        self, period: Period, write_context: WriteContext, *, after: ClientId | None, at_most: int
    ) -> OpenedBatch:
        """Look at the next clients; open a row for each that is due and has none."""
        candidates = sorted(
            each for each in self._transaction.book.clients if not after or each > after
        )
        looked_at = candidates[:at_most]
        rows = sum(self._open(each, period, write_context) for each in looked_at)
        return OpenedBatch(rows, looked_at[-1] if len(looked_at) == at_most else None)

    def missing(self, period: Period, write_context: WriteContext) -> int:
        """Count the clients that are due and have no row."""
        return sum(self._lacks(client, period, write_context) for client in self._within_sight())

    def unmapped(self) -> int:
        """Count the trackable clients with no known cycle."""
        return sum(
            client.is_unmapped and client.exempt_cause is None for client in self._within_sight()
        )

    def note(self, opening: Opening) -> None:
        """Leave a record of what was opened."""
        self._transaction.after_commit(partial(self._transaction.book.openings.append, opening))

    def noted(self, *, at_most: int) -> list[Opening]:
        """List what was opened, the last opening first."""
        openings = self._transaction.book.openings
        return sorted(openings, key=lambda each: each.started_at, reverse=True)[:at_most]

    def _within_sight(self) -> Iterable[Client]:
        known = map(self._transaction.known, tuple(self._transaction.book.clients))
        return (client for client in known if client)

    def _lacks(self, client: Client, period: Period, write_context: WriteContext) -> bool:
        has_row = self._transaction.kept(client.id, period) is not None
        return not has_row and client.is_due(period, write_context.today)

    def _open(self, identity: ClientId, period: Period, write_context: WriteContext) -> bool:
        self._transaction.clients.lock(identity)
        client = self._transaction.known(identity)
        if client is None or not self._lacks(client, period, write_context):
            return False
        try:
            self._transaction.rows.open(client, period, opened(client, write_context))
        except AlreadyExists:
            return False  # somebody opened it at this very moment
        return True
