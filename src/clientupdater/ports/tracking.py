"""Keeping clients, their rows and what happened to them.

Whatever is read or written here is within the sight of its unit of work: what lies outside
it does not exist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from typing import TypeAlias

    from clientupdater.domain.clients import Client
    from clientupdater.domain.events import History, StatusEvent
    from clientupdater.domain.ids import ClientId, PersonId
    from clientupdater.domain.periods import Period
    from clientupdater.domain.statuses import StatusCatalogue
    from clientupdater.domain.tracking import Change, PeriodRow
    from clientupdater.domain.write_context import WriteContext

    ClientRef: TypeAlias = ClientId | str
    Place: TypeAlias = tuple[ClientId, Period]


class Clients(Protocol):
    """The book of clients, as far as the rules look at it."""

    def find(self, client: ClientId) -> Client | None:
        """Find one by identity; None if there is none."""
        ...

    def by_code(self, code: str) -> Client | None:
        """Find one by its client code; None if there is none."""
        ...

    def find_all(self, refs: Collection[ClientRef]) -> Mapping[ClientRef, Client]:
        """Find many, each by identity or by its client code; whom there is not is left out."""
        ...

    def lock(self, *clients: ClientId) -> None:
        """Keep the others who would end, revive, open or assign these waiting until this is over.

        A unit of work that only records on one open row holds nothing. Any other holds before it
        locks a row, all its clients in one call; they are taken in the order of identity. Holding
        none still keeps those out who write the rows of many (openings, syncs). What was read
        before may have changed since.
        """
        ...


class Statuses(Protocol):
    """The statuses and reasons that the business uses."""

    def load(self) -> StatusCatalogue:
        """Read all of them, inactive ones included."""
        ...


@frozen
class RowChanges:
    """A row as it was read (None: it is opened here), its new events, and how it is then."""

    seen: PeriodRow | None
    events: History
    row: PeriodRow


class PeriodRows(Protocol):
    """Period statuses and their events."""

    def find(self, client: ClientId, period: Period) -> PeriodRow | None:
        """Find a client's row of a period; None if it was never opened."""
        ...

    def of_client(self, client: ClientId) -> Sequence[PeriodRow]:
        """List a client's rows, the latest period first."""
        ...

    def history(self, client: ClientId, period: Period) -> History:
        """List a row's events in sequence; nothing if there is no row."""
        ...

    def open(self, client: Client, period: Period, opened: StatusEvent) -> PeriodRow:
        """Begin a row with its opened event.

        Raises AlreadyExists if the client has one in this period (P3), NotFound if there is
        no such client. What another unit of work is about to begin is waited for.
        """
        ...

    def append(self, row: PeriodRow, change: Change) -> PeriodRow:
        """Keep one event and the snapshot after it; answer with the row as it is now.

        `row` is as it was read: raises VersionConflict if it has moved on since (S10), and
        NotFound if there is no such row. What another unit of work is about to append is
        waited for.
        """
        ...


class RowBatches(Protocol):
    """Rows of many clients, read and written at once."""

    def find_all(
        self, places: Collection[Place], whole: Collection[ClientId] = (), *, locked: bool = False
    ) -> Sequence[PeriodRow]:
        """Find the rows of these places, and all rows of the clients that are `whole`.

        `locked` keeps them from others until the unit of work is over, in the order of client and
        period in which all who lock several rows take them.
        """
        ...

    def histories(self, places: Collection[Place]) -> Mapping[Place, History]:
        """List the events of many rows, each in sequence; a place without a row is left out."""
        ...

    def write(self, changes: Sequence[RowChanges]) -> None:
        """Open rows and append events, all of them at once.

        Raises VersionConflict if a row has moved on since it was read, AlreadyExists if one that is
        opened here is there, NotFound if there is no such row or client. No two are of one row.
        """
        ...


@frozen
class OpenedBatch:
    """How many rows a batch opened, and the last client that it looked at (None: no more)."""

    rows: int
    last: ClientId | None


@frozen
class Opening:
    """What opening a period came to; nobody opened it by hand where the worker did."""

    period: Period
    rows: int
    started_at: datetime
    finished_at: datetime
    by: PersonId | None = None


class PeriodOpenings(Protocol):
    """Opening whole periods, set-based (P4)."""

    def open_batch(
        self, period: Period, write_context: WriteContext, *, after: ClientId | None, at_most: int
    ) -> OpenedBatch:
        """Look at the next clients in the order of identity; open a row for each that is due.

        A client that has one is passed over, also when it gets one at this very moment.
        """
        ...

    def missing(self, period: Period, write_context: WriteContext) -> int:
        """Count the clients that are due in a period and have no row."""
        ...

    def unmapped(self) -> int:
        """Count the trackable clients of whom nobody knows how often to reach them (P2)."""
        ...

    def note(self, opening: Opening) -> None:
        """Leave a record of what was opened."""
        ...

    def noted(self, *, at_most: int) -> Sequence[Opening]:
        """List what was opened, of all clients, the last opening first."""
        ...
