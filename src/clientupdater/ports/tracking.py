"""Clients, their rows and the events of these, and opening whole periods.

Every read and write is limited to what the transaction sees: nothing else exists for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from attrs import frozen

from clientupdater.domain.ids import ClientId
from clientupdater.domain.periods import Period

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from clientupdater.domain.clients import Client
    from clientupdater.domain.contacts import ContactCard
    from clientupdater.domain.events import History, StatusEvent
    from clientupdater.domain.ids import ClientRef, PersonId
    from clientupdater.domain.officers import AssignmentEnd
    from clientupdater.domain.tracking import Change, PeriodRow
    from clientupdater.domain.write_context import WriteContext
    from clientupdater.ports.audit import LogEntry

Place: TypeAlias = tuple[ClientId, Period]
"""Which row: a client and a period."""


@frozen
class ClientInPeriod:
    """A client with its row of one period."""

    client: Client
    row: PeriodRow | None


class Clients(Protocol):
    """Clients with their officers (A3) and contact numbers (C1, C2).

    An assignment is written with the client locked.
    """

    def find(self, client: ClientId) -> Client | None: ...

    def by_code(self, code: str) -> Client | None: ...

    def in_period(self, client: ClientRef, period: Period) -> ClientInPeriod | None:
        """Find a client with its row of a period."""
        ...

    def find_all(self, refs: Collection[ClientRef]) -> Mapping[ClientRef, Client]:
        """Find many clients; the ones that do not exist are left out."""
        ...

    def lock(self, *clients: ClientId) -> None:
        """Lock clients until the transaction ends, in the order of their identity.

        Other transactions that end, revive, open or assign these clients wait. A transaction that
        only records on one open row takes no lock. Any other locks all its clients in one call,
        before it locks a row. A call without clients still keeps out the writers of many rows
        (openings and syncs). Read a client again once it is locked: it may have changed.
        """
        ...

    def assign(
        self, clients: Collection[ClientId], officer: PersonId, write_context: WriteContext
    ) -> None:
        """Begin an assignment for each client, and end its former one as reassigned.

        Raises NotFound if the person or one of the clients does not exist.
        """
        ...

    def end_assignments(
        self,
        clients: Collection[ClientId],
        write_context: WriteContext,
        why: AssignmentEnd | None = None,
    ) -> None:
        """End the assignment of each client that has one; without a cause, as released."""
        ...

    def contacts(self, client: ClientId) -> ContactCard | None:
        """Find a client's contact numbers; None if it does not exist or is deleted (C4).

        The source's value is the one of the source that owns the number (Y10), or else of the
        source that reported the client last.
        """
        ...

    def save_contacts(
        self, seen: ContactCard, after: ContactCard, write_context: WriteContext
    ) -> ContactCard:
        """Save changed numbers, with a row of `client_changes` for each (C2).

        Returns the client's next version, after waiting for other writers of its numbers. Raises
        VersionConflict if the client has moved on since `seen`, NotFound if it is gone.
        """
        ...


@frozen
class RowChanges:
    """A row as it was read (None: it is new), its new events, and the row after them."""

    seen: PeriodRow | None
    events: History
    row: PeriodRow


@frozen
class OpenedBatch:
    """How many rows a batch opened, and the last client it examined (None: there are no more)."""

    rows: int
    last: ClientId | None


@frozen
class Opening:
    """The result of opening a period; `by` is None where the worker opened it."""

    period: Period
    rows: int
    started_at: datetime
    finished_at: datetime
    by: PersonId | None = None


class PeriodRows(Protocol):
    """Period rows and their events, and the opening of whole periods."""

    def find(self, client: ClientId, period: Period) -> PeriodRow | None: ...

    def find_many(
        self, places: Collection[Place], whole: Collection[ClientId] = (), *, locked: bool = False
    ) -> Sequence[PeriodRow]:
        """Find the rows of these places, and all rows of the clients in `whole`.

        `locked` locks them until the transaction ends, in the order of client and period that
        every transaction uses which locks several rows.
        """
        ...

    def of_client(self, client: ClientId) -> Sequence[PeriodRow]:
        """List a client's rows, the latest period first."""
        ...

    def history(self, client: ClientId, period: Period) -> History:
        """List a row's events in sequence; none if there is no row."""
        ...

    def histories(self, places: Collection[Place]) -> Mapping[Place, History]:
        """List the events of many rows in sequence; places without a row are left out."""
        ...

    def open(self, client: Client, period: Period, opened: StatusEvent) -> PeriodRow:
        """Begin a row with its opened event, after waiting for others who do the same.

        Raises AlreadyExists if the client has a row in this period (P3), NotFound if there is no
        such client.
        """
        ...

    def append(self, row: PeriodRow, change: Change, entry: LogEntry | None = None) -> PeriodRow:
        """Add one event and the snapshot after it, after waiting for others who do the same.

        The entry is logged along with them.

        `row` is as it was read: raises VersionConflict if it has moved on since (S10), NotFound if
        there is no such row.
        """
        ...

    def write_many(self, changes: Sequence[RowChanges]) -> None:
        """Open rows and append events, all at once; each row may be named once.

        Raises VersionConflict if a row has moved on since it was read, AlreadyExists if a new row
        exists, NotFound if a row or client does not exist.
        """
        ...

    def open_batch(
        self, period: Period, write_context: WriteContext, *, after: ClientId | None, at_most: int
    ) -> OpenedBatch:
        """Examine the next clients in the order of identity; open a row for each that is due (P4).

        Clients that have a row are skipped, even if they get it at this moment.
        """
        ...

    def missing(self, period: Period, write_context: WriteContext) -> int:
        """Count the clients that are due in a period and have no row."""
        ...

    def unmapped(self) -> int:
        """Count the trackable clients whose tracking cycle is not known (P2)."""
        ...

    def note_opening(self, opening: Opening) -> None:
        """Store the result of opening a period."""
        ...

    def openings(self, *, at_most: int) -> Sequence[Opening]:
        """List what opening whole periods did, the latest first."""
        ...
