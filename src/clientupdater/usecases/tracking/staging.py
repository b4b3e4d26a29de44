"""Rows that were read at once, changed one after the other in memory, and written at once.

A use case that records one update works over these as over the store itself, so that many are
recorded by the very same rules. What it does is kept or dropped update by update, without a
savepoint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import Factory, define, evolve, field, frozen

from clientupdater.domain.clients import has_terminal_outcome
from clientupdater.domain.errors import AlreadyExists, NotFound, VersionConflict
from clientupdater.domain.events import fold
from clientupdater.domain.tracking import PeriodRow, in_order_of_writing
from clientupdater.ports.tracking import RowChanges

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from decimal import Decimal

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.clients import Client
    from clientupdater.domain.events import History, StatusEvent
    from clientupdater.domain.ids import ClientId, CompanyId
    from clientupdater.domain.periods import Period
    from clientupdater.domain.statuses import StatusCatalogue
    from clientupdater.domain.tracking import Change
    from clientupdater.ports.audit import LoggedAction
    from clientupdater.ports.business_settings import BusinessSettings
    from clientupdater.ports.tracking import Place, RowBatches


@define
class StagedRows:
    """Locked rows as they stand after what was done so far."""

    stored: RowBatches
    rows: dict[Place, RowChanges]
    tried: dict[Place, RowChanges] = Factory(dict)
    """As they stand after the update under way."""
    histories: Mapping[Place, History] | None = None

    @classmethod
    def of(cls, stored: RowBatches, rows: Sequence[PeriodRow]) -> StagedRows:
        """Begin with rows as they were read."""
        return cls(stored, {(row.client, row.period): RowChanges(row, (), row) for row in rows})

    def find(self, client: ClientId, period: Period) -> PeriodRow | None:
        """Find a client's row of a period."""
        staged = self._staged((client, period))
        return staged.row if staged else None

    def of_client(self, client: ClientId) -> list[PeriodRow]:
        """List a client's rows that were read, the latest period first."""
        mine = {place: each.row for place, each in {**self.rows, **self.tried}.items()}
        places = sorted((p for p in mine if p[0] == client), key=in_order_of_writing, reverse=True)
        return [mine[place] for place in places]

    def history(self, client: ClientId, period: Period) -> History:
        """List a row's events, those that are not written yet among them."""
        if self.histories is None:
            self.histories = self.stored.histories(tuple(self.rows))
        staged = self._staged((client, period))
        return (*self.histories.get((client, period), ()), *(staged.events if staged else ()))

    def open(self, client: Client, period: Period, opened: StatusEvent) -> PeriodRow:
        """Begin a row with its opened event."""
        if self.find(client.id, period):
            raise AlreadyExists(f"The client has a row in {period}.")
        row = PeriodRow(client.id, client.company, period, fold([opened]))
        self.tried[client.id, period] = RowChanges(None, (opened,), row)
        return row

    def append(self, row: PeriodRow, change: Change) -> PeriodRow:
        """Add one event, and the snapshot after it."""
        staged = self._staged((row.client, row.period))
        if staged is None:
            raise NotFound
        now = staged.row.snapshot
        if now.version != row.snapshot.version:
            raise VersionConflict(provided=row.snapshot.version, current=now.version, snapshot=now)
        after = evolve(staged.row, snapshot=change.snapshot)
        events = (*staged.events, change.event)
        self.tried[row.client, row.period] = evolve(staged, events=events, row=after)
        return after

    def _staged(self, place: Place) -> RowChanges | None:
        return self.tried.get(place) or self.rows.get(place)


@define
class StagedJournal:
    """What was done, to be logged at once."""

    entries: list[LoggedAction] = Factory(list)
    tried: list[LoggedAction] = Factory(list)

    def did(self, _: Caller, *entries: LoggedAction) -> None:
        """Note writes."""
        self.tried += entries


@frozen
class StagedClients:
    """Clients that were found and, where they may end or a row of theirs is begun, are held."""

    clients: Mapping[ClientId, Client]
    ending: Collection[ClientId]
    """Those whose rows were all read, since one of them may end their tracking."""
    rows: StagedRows

    def find(self, client: ClientId) -> Client | None:
        """Find one by identity, with what its rows say of it by now (T1, T4)."""
        return self.known(client) if client in self.clients else None

    def known(self, client: ClientId) -> Client:
        """Give one that was found."""
        value = self.clients[client]
        if client not in self.ending:
            return value
        snapshots = [row.snapshot for row in self.rows.of_client(client)]
        return evolve(value, has_terminal_outcome=has_terminal_outcome(snapshots))

    def lock(self, *_: ClientId) -> None:
        """Do nothing: they were held before any row was locked."""


@frozen
class StagedStatuses:
    """The statuses in use, read once."""

    catalogue: StatusCatalogue

    def load(self) -> StatusCatalogue:
        """Give all of them."""
        return self.catalogue


@frozen
class StagedSettings:
    """Settings of the business, each read once."""

    stored: BusinessSettings
    numbers: dict[tuple[str, CompanyId | None], Decimal] = Factory(dict)

    def number(self, key: str, company: CompanyId | None) -> Decimal:
        """Find a number."""
        if (key, company) not in self.numbers:
            self.numbers[key, company] = self.stored.number(key, company)
        return self.numbers[key, company]


@frozen(kw_only=True)
class Staging:
    """A unit of work as recording asks for it."""

    clients: StagedClients
    rows: StagedRows
    statuses: StagedStatuses
    settings: StagedSettings
    audit: StagedJournal = field(factory=StagedJournal)

    def keep(self) -> None:
        """Let what the update under way did stand."""
        self.rows.rows.update(self.rows.tried)
        self.audit.entries += self.audit.tried
        self.drop()

    def drop(self) -> None:
        """Take back what the update under way did."""
        self.rows.tried.clear()
        self.audit.tried.clear()

    @property
    def changes(self) -> list[RowChanges]:
        """What is to be written, in the order in which everybody writes rows."""
        changed = {place: each for place, each in self.rows.rows.items() if each.events}
        return [changed[place] for place in sorted(changed, key=in_order_of_writing)]
