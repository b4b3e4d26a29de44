"""Clients, rows and events in memory.

A transaction sees what was committed and what it wrote itself. A row that it writes is locked until
it ends, as in a database: a second writer waits, and then finds that the row has moved on.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from itertools import count
from threading import Condition
from typing import TYPE_CHECKING, TypeAlias

from attrs import Factory, define, evolve

from clientupdater.adapters.security.vault import required
from clientupdater.domain.clients import Client, has_terminal_outcome
from clientupdater.domain.errors import Unavailable
from clientupdater.ports.unit_of_work import NO_CLIENTS, NoClients, System
from clientupdater.testing.audit import Entry, MemoryAuditLog
from clientupdater.testing.pension_numbers import MemoryPensionNumbers
from clientupdater.testing.queue import MemoryJobs
from clientupdater.testing.staff import MemoryBusinessSettings, MemoryOrganisation, MemoryPeople
from clientupdater.testing.tracking import (
    ChangedContact,
    MemoryClients,
    MemoryRows,
    StoredRow,
)

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator
    from contextlib import AbstractContextManager
    from datetime import date
    from typing import Any
    from uuid import UUID

    from clientupdater.adapters.security.vault import SealedNumber, Vault
    from clientupdater.domain.access import Actor
    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.domain.contacts import ContactCard
    from clientupdater.domain.ids import ClientId, CompanyId, JobId, PersonId
    from clientupdater.domain.periods import Period
    from clientupdater.domain.statuses import StatusCatalogue
    from clientupdater.ports.queue import Job
    from clientupdater.ports.tracking import Opening
    from clientupdater.ports.unit_of_work import RowSecurityScope

RowKey: TypeAlias = "tuple[ClientId, Period]"

PATIENCE = 5.0
"""Seconds that a writer waits for a locked row; a deadlock ends after them."""


class NeedsDatabase:
    """A repository that only the database has; reaching for it raises NotImplementedError."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, transaction: object, owner: type) -> Any:
        if transaction is None:
            return self
        raise NotImplementedError(f"The in-memory store has no {self._name}; use PostgreSQL.")


@define
class MemoryBook:
    """What is committed, and which transaction has locked which row."""

    catalogue: StatusCatalogue
    clients: dict[ClientId, Client] = Factory(dict)
    rows: dict[RowKey, StoredRow] = Factory(dict)
    openings: list[Opening] = Factory(list)
    audit: list[Entry] = Factory(list)
    people: dict[PersonId, Actor] = Factory(dict)
    settings: dict[tuple[str, CompanyId | None], str] = Factory(dict)
    names: dict[UUID, str] = Factory(dict)
    """Codes of companies and branches, and names of staff."""
    vault: Vault | None = None
    sealed: dict[ClientId, SealedNumber | None] = Factory(dict)
    cards: dict[ClientId, ContactCard] = Factory(dict)
    changes: list[ChangedContact] = Factory(list)
    jobs: dict[JobId, Job] = Factory(dict)
    job_ids: Iterator[int] = Factory(lambda: count(1))
    _writers: dict[Hashable, object] = Factory(dict)
    _changed: Condition = Factory(Condition)

    def add(self, client: Client) -> None:
        """Put a client into the book, as a sync would."""
        with self._changed:
            self.clients[client.id] = client

    @contextmanager
    def begin(self, rls_scope: RowSecurityScope) -> Iterator[MemoryTransaction]:
        """Begin a transaction; this makes the book a `UnitsOfWork`."""
        transaction = MemoryTransaction(self, rls_scope)
        try:
            yield transaction
            self.commit(transaction)
        finally:
            self.release(transaction)

    def committed(self, key: RowKey) -> StoredRow | None:
        """Read what is committed of a row."""
        with self._changed:
            return self.rows.get(key)

    def all_committed(self) -> dict[RowKey, StoredRow]:
        """Read everything that is committed, as it is at this moment."""
        with self._changed:
            return dict(self.rows)

    def lock(self, key: Hashable, writer: object) -> None:
        """Lock a row or a client for one writer, after waiting for another's lock."""
        with self._changed:
            free = self._changed.wait_for(
                lambda: self._writers.get(key, writer) is writer, timeout=PATIENCE
            )
            if not free:
                raise Unavailable("the row", "The row is being written for too long; try again.")
            self._writers[key] = writer

    def commit(self, transaction: MemoryTransaction) -> None:
        """Commit everything that a transaction wrote, at once."""
        with self._changed:
            self.rows.update(transaction.written)
            for client, officer in transaction.assigned.items():
                self.clients[client] = evolve(self.clients[client], assigned_to=officer)
            self.audit.extend(transaction.entries)
            self.sealed.update(transaction.sealed)
            self.cards.update(transaction.cards)
            self.changes.extend(transaction.changes)
            self.openings.extend(transaction.openings_written)
            self.jobs.update(transaction.jobs_written)

    def read(
        self,
        rls_scope: RowSecurityScope,
        generation: int | None = None,
        *,
        takes_long: bool = False,
    ) -> AbstractContextManager[MemoryTransaction]:
        """Begin a transaction; nothing keeps it from writing."""
        del generation, takes_long
        return self.begin(rls_scope)

    def autocommit(
        self, generation: int | None = None
    ) -> AbstractContextManager[MemoryTransaction]:
        """Begin a transaction; its statements commit together."""
        del generation
        return self.begin(NO_CLIENTS)

    snapshot = NeedsDatabase()
    outer_transaction = NeedsDatabase()

    def release(self, writer: object) -> None:
        """Release every lock of a writer."""
        with self._changed:
            for key in [key for key, holder in self._writers.items() if holder is writer]:
                del self._writers[key]
            self._changed.notify_all()


@define(eq=False, slots=False)
class MemoryTransaction:
    """One transaction over a book."""

    book: MemoryBook
    rls_scope: RowSecurityScope
    written: dict[RowKey, StoredRow] = Factory(dict)
    assigned: dict[ClientId, PersonId | None] = Factory(dict)
    entries: list[Entry] = Factory(list)
    sealed: dict[ClientId, SealedNumber | None] = Factory(dict)
    cards: dict[ClientId, ContactCard] = Factory(dict)
    changes: list[ChangedContact] = Factory(list)
    jobs_written: dict[JobId, Job] = Factory(dict)
    openings_written: list[Opening] = Factory(list)

    credentials = NeedsDatabase()
    roles = NeedsDatabase()
    officers = NeedsDatabase()
    areas = NeedsDatabase()
    branches = NeedsDatabase()
    read_models = NeedsDatabase()
    reports = NeedsDatabase()
    row_counts = NeedsDatabase()
    audits = NeedsDatabase()
    exports = NeedsDatabase()
    retention = NeedsDatabase()
    change_feed = NeedsDatabase()
    seals = NeedsDatabase()
    schedules = NeedsDatabase()
    sync_jobs = NeedsDatabase()
    sync_inputs = NeedsDatabase()
    sync_mappings = NeedsDatabase()
    staging = NeedsDatabase()
    configuration = NeedsDatabase()

    @property
    def jobs(self) -> MemoryJobs:
        """Jobs, which no worker takes."""
        lock = partial(self.book.lock, writer=self)
        return MemoryJobs(self.book.jobs, self.jobs_written, self.book.job_ids, lock)

    @property
    def clients(self) -> MemoryClients:
        """The book of clients."""
        return MemoryClients(self)

    @property
    def rows(self) -> MemoryRows:
        """Period statuses and their events."""
        return MemoryRows(self)

    @property
    def people(self) -> Any:
        """What people may do."""
        return MemoryPeople(self.book.people)

    @property
    def organisation(self) -> Any:
        """Names of places and staff."""
        return MemoryOrganisation(self.book.names)

    @property
    def settings(self) -> MemoryBusinessSettings:
        """What the business has set."""
        return MemoryBusinessSettings(self.book.catalogue, self.book.settings)

    @property
    def audit(self) -> MemoryAuditLog:
        """The logs and audits."""
        return MemoryAuditLog(self.entries, lambda client: self.known(client) is not None)

    @property
    def pension_numbers(self) -> MemoryPensionNumbers:
        """The clients' pension numbers; raises Misconfigured where there are no keys."""
        return MemoryPensionNumbers(
            self.book.sealed,
            self.sealed,
            required(self.book.vault),
            lambda client: self.known(client) is not None,
        )

    def limit_to(self, access_scope: AccessScope) -> None:
        """See other clients from now on."""
        self.rls_scope = access_scope

    def sees(self, client: Client) -> bool:
        """Whether the client exists for this unit of work."""
        if isinstance(self.rls_scope, System):
            return True
        if isinstance(self.rls_scope, NoClients):
            return False
        return self.rls_scope.covers(client.place)

    def known(self, client: ClientId) -> Client | None:
        """Find a visible client; its rows decide whether its tracking has ended (T1, T4)."""
        value = self.book.clients.get(client)
        if value and client in self.assigned:
            value = evolve(value, assigned_to=self.assigned[client])
        if value is None or not self.sees(value):
            return None
        snapshots = [kept.row.snapshot for kept in self.kept_of(client)]
        return evolve(value, has_terminal_outcome=has_terminal_outcome(snapshots))

    def give(self, client: ClientId, officer: PersonId | None) -> bool:
        """Assign a client to an officer or to none; return whether there is such a client."""
        is_there = self.known(client) is not None
        if is_there:
            self.assigned[client] = officer
        return is_there

    def kept(self, client: ClientId, period: Period) -> StoredRow | None:
        """Find a visible row: as written here, else as committed."""
        if self.known(client) is None:
            return None
        key = (client, period)
        return self.written.get(key) or self.book.committed(key)

    def kept_of(self, client: ClientId) -> list[StoredRow]:
        """List a client's rows, the latest period first."""
        merged = {**self.book.all_committed(), **self.written}
        mine = [kept for (owner, _), kept in merged.items() if owner == client]
        return sorted(mine, key=_when, reverse=True)


def _when(kept: StoredRow) -> tuple[date, str]:
    return kept.row.period.first_day, kept.row.period.cycle


def memory_book(catalogue: StatusCatalogue, clients: Iterable[Client] = ()) -> MemoryBook:
    """Make a book that holds these clients."""
    book = MemoryBook(catalogue)
    for client in clients:
        book.add(client)
    return book
