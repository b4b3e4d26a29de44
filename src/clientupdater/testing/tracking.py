"""Clients and their rows, within one transaction over a memory book."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import evolve, frozen

from clientupdater.domain.contacts import ContactCard
from clientupdater.domain.errors import AlreadyExists, NotFound, VersionConflict
from clientupdater.domain.events import fold
from clientupdater.domain.sync.contacts import Contact
from clientupdater.domain.sync.fields import CONTACTS
from clientupdater.domain.tracking import PeriodRow, opened, writing_order
from clientupdater.ports.tracking import ClientInPeriod, OpenedBatch

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from clientupdater.domain.clients import Client
    from clientupdater.domain.events import History, StatusEvent
    from clientupdater.domain.ids import ClientId, ClientRef, PersonId
    from clientupdater.domain.officers import AssignmentEnd
    from clientupdater.domain.periods import Period
    from clientupdater.domain.sync.plan import FieldChange
    from clientupdater.domain.tracking import Change
    from clientupdater.domain.write_context import WriteContext
    from clientupdater.ports.audit import LogEntry
    from clientupdater.ports.tracking import Opening, Place, RowChanges

MemoryTransaction: TypeAlias = Any
"""`testing.store.MemoryTransaction`, which is made of what is here."""


@frozen
class StoredRow:
    """A row with all its events."""

    row: PeriodRow
    history: History


@frozen
class ChangedContact:
    """One number that a person changed (C2)."""

    client: ClientId
    change: FieldChange
    by: PersonId | None
    at: datetime


@frozen
class MemoryClients:
    """Implements `Clients`."""

    _transaction: MemoryTransaction

    def find(self, client: ClientId) -> Client | None:
        client_found: Client | None = self._transaction.known(client)
        return client_found

    def by_code(self, code: str) -> Client | None:
        for client in tuple(self._transaction.book.clients.values()):
            if client.code == code:
                return self.find(client.id)
        return None

    def in_period(self, client: ClientRef, period: Period) -> ClientInPeriod | None:
        known = self.by_code(client) if isinstance(client, str) else self.find(client)
        if known is None:
            return None
        row = MemoryRows(self._transaction).find(known.id, period)
        return ClientInPeriod(known, row)

    def find_all(self, refs: Collection[ClientRef]) -> dict[ClientRef, Client]:
        values = {
            ref: self.by_code(ref) if isinstance(ref, str) else self.find(ref) for ref in refs
        }
        return {ref: client for ref, client in values.items() if client}

    def lock(self, *clients: ClientId) -> None:
        for client in sorted(set(clients)):
            self._transaction.book.lock(client, self._transaction)

    def assign(self, clients: Collection[ClientId], officer: PersonId, _: WriteContext) -> None:
        give = self._transaction.give
        if officer not in self._transaction.book.people:
            raise NotFound
        if not all(give(each, officer) for each in clients):
            raise NotFound

    def end_assignments(
        self,
        clients: Collection[ClientId],
        _: WriteContext,
        why: AssignmentEnd | None = None,  # noqa: ARG002 — nothing here has a date
    ) -> None:
        for each in clients:
            self._transaction.give(each, None)

    def contacts(self, client: ClientId) -> ContactCard | None:
        """Find a client's numbers; blank ones if the book has none."""
        known = self._transaction.known(client)
        if known is None or known.is_deleted:
            return None
        blank = ContactCard(client=client, version=1, numbers=dict.fromkeys(CONTACTS, Contact()))
        cards = self._transaction.book.cards
        card: ContactCard = self._transaction.cards.get(client) or cards.get(client, blank)
        return card

    def save_contacts(
        self, seen: ContactCard, after: ContactCard, write_context: WriteContext
    ) -> ContactCard:
        self._transaction.book.lock(("contacts", seen.client), self._transaction)
        now = self.contacts(seen.client)
        if now is None:
            raise NotFound
        if now.version != seen.version:
            raise VersionConflict(provided=seen.version, current=now.version)
        saved = evolve(after, version=seen.version + 1)
        self._transaction.cards[seen.client] = saved
        self._transaction.changes.extend(
            ChangedContact(seen.client, change, write_context.by, write_context.now)
            for change in seen.changes_to(after)
        )
        return saved


@frozen
class MemoryRows:
    """Implements `PeriodRows`."""

    _transaction: MemoryTransaction

    def find(self, client: ClientId, period: Period) -> PeriodRow | None:
        kept = self._transaction.kept(client, period)
        return kept.row if kept else None

    def of_client(self, client: ClientId) -> list[PeriodRow]:
        if self._transaction.known(client) is None:
            return []
        return [kept.row for kept in self._transaction.kept_of(client)]

    def history(self, client: ClientId, period: Period) -> History:
        kept = self._transaction.kept(client, period)
        return kept.history if kept else ()

    def open(self, client: Client, period: Period, opened: StatusEvent) -> PeriodRow:
        if self._transaction.known(client.id) is None:
            raise NotFound
        key = (client.id, period)
        self._transaction.book.lock(key, self._transaction)
        if self._transaction.kept(*key):
            raise AlreadyExists(f"The client has a row in {period}.")
        row = PeriodRow(client.id, client.company, period, fold([opened]))
        self._transaction.written[key] = StoredRow(row, (opened,))
        return row

    def append(self, row: PeriodRow, change: Change, entry: LogEntry | None = None) -> PeriodRow:
        key = (row.client, row.period)
        self._transaction.book.lock(key, self._transaction)
        kept = self._transaction.kept(*key)
        if kept is None:
            raise NotFound
        _require_unmoved(row, kept.row)
        after: PeriodRow = evolve(kept.row, snapshot=change.snapshot)
        self._transaction.written[key] = StoredRow(after, (*kept.history, change.event))
        if entry:
            self._transaction.audit.log_action(entry.caller, entry.action)
        return after

    def find_many(
        self, places: Collection[Place], whole: Collection[ClientId] = (), *, locked: bool = False
    ) -> list[PeriodRow]:
        names = {(row.client, row.period) for each in whole for row in self.of_client(each)}
        names |= {place for place in places if self.find(*place)}
        for place in sorted(names, key=writing_order) if locked else ():
            self._transaction.book.lock(place, self._transaction)
        return [row for place in names if (row := self.find(*place))]

    def histories(self, places: Collection[Place]) -> dict[Place, History]:
        return {place: history for place in places if (history := self.history(*place))}

    def write_many(self, changes: Sequence[RowChanges]) -> None:
        for change in changes:
            place = (change.row.client, change.row.period)
            self._transaction.book.lock(place, self._transaction)
            kept = self._transaction.kept(*place)
            _require_expected(change, kept, self._transaction.known(change.row.client))
            history = kept.history if kept else ()
            self._transaction.written[place] = StoredRow(change.row, (*history, *change.events))

    def open_batch(
        self, period: Period, write_context: WriteContext, *, after: ClientId | None, at_most: int
    ) -> OpenedBatch:
        candidates = sorted(
            each for each in self._transaction.book.clients if not after or each > after
        )
        looked_at = candidates[:at_most]
        rows = sum(self._open_due(each, period, write_context) for each in looked_at)
        return OpenedBatch(rows, looked_at[-1] if len(looked_at) == at_most else None)

    def missing(self, period: Period, write_context: WriteContext) -> int:
        return sum(self._lacks(client, period, write_context) for client in self._within_scope())

    def unmapped(self) -> int:
        return sum(
            client.is_unmapped and client.exempt_cause is None for client in self._within_scope()
        )

    def note_opening(self, opening: Opening) -> None:
        self._transaction.openings_written.append(opening)

    def openings(self, *, at_most: int) -> list[Opening]:
        known = self._transaction.book.openings
        return sorted(known, key=lambda each: each.started_at, reverse=True)[:at_most]

    def _within_scope(self) -> Iterable[Client]:
        known = map(self._transaction.known, tuple(self._transaction.book.clients))
        return (client for client in known if client)

    def _lacks(self, client: Client, period: Period, write_context: WriteContext) -> bool:
        has_row = self._transaction.kept(client.id, period) is not None
        return not has_row and client.is_due(period, write_context.today)

    def _open_due(self, identity: ClientId, period: Period, write_context: WriteContext) -> bool:
        self._transaction.clients.lock(identity)
        client = self._transaction.known(identity)
        if client is None or not self._lacks(client, period, write_context):
            return False
        try:
            self.open(client, period, opened(client, write_context))
        except AlreadyExists:
            return False  # another writer opened it at this moment
        return True


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
