"""The history of a made-up client, written by the domain's own commands.

So it breaks no rule, and each row's snapshot is the fold of its events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from attrs import define, evolve, field, frozen

from clientupdater.domain import tracking
from clientupdater.domain.clients import has_terminal_outcome
from clientupdater.domain.events import EventKind, fold, reopened, voided
from clientupdater.domain.tracking import PeriodRow
from clientupdater.domain.write_context import WriteContext

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime, tzinfo

    from clientupdater.domain.clients import Client
    from clientupdater.domain.events import History
    from clientupdater.domain.ids import PersonId
    from clientupdater.domain.periods import Period
    from clientupdater.domain.statuses import StatusCatalogue
    from clientupdater.domain.tracking import Change
    from clientupdater.domain.updates import StatusUpdate


@frozen
class RowHistory:
    """The row of one client in one period, with its events."""

    row: PeriodRow
    events: History

    def and_then(self, change: Change | None) -> RowHistory:
        """Return the history with one event more."""
        if change is None:
            return self
        row = evolve(self.row, snapshot=change.snapshot)
        return RowHistory(row, (*self.events, change.event))

    @property
    def undoable(self) -> int | None:
        """Name the last event, if it is a recording or a payment that still counts (S13)."""
        last = self.events[-1]
        undone = last.sequence in voided(self.events) or last.sequence in reopened(self.events)
        kinds = {EventKind.RECORDED, EventKind.PAYMENT}
        return last.sequence if last.kind in kinds and not undone else None


@define
class ClientRows:
    """One client's rows while they are being written."""

    client: Client
    catalogue: StatusCatalogue
    zone: tzinfo
    histories: dict[Period, RowHistory] = field(factory=dict)

    def can_be_recorded(self, period: Period) -> bool:
        """Whether the client has an open row in the period."""
        return period in self.histories and self.histories[period].row.snapshot.is_open

    def can_be_corrected(self, period: Period) -> bool:
        """Whether there is a row to correct, of a client who is tracked: no outcome is undone."""
        return period in self.histories and self.client.exempt_cause is None

    def keep(self, period: Period, change: Change | None) -> None:
        """Add one event to a row."""
        self.histories[period] = self.histories[period].and_then(change)

    def settle(self, at: datetime) -> None:
        """Bring every row in line with whether the client is tracked now (P6, T1)."""
        snapshots = [past.row.snapshot for past in self.histories.values()]
        self.client = evolve(self.client, has_terminal_outcome=has_terminal_outcome(snapshots))
        for period, past in self.histories.items():
            change = tracking.settle(past.row, self.client.exempt_cause, self.write_context(at))
            self.histories[period] = past.and_then(change)

    def write_context(self, at: datetime, by: PersonId | None = None) -> WriteContext:
        """Make the context of a write; the planner chose a person who may do it."""
        return WriteContext(now=at, zone=self.zone, by=by)


@frozen
class Opening:
    """The period begins (P4)."""

    at: datetime
    period: Period

    def act(self, rows: ClientRows) -> None:
        """Open a row, if one is due (P5)."""
        write_context = rows.write_context(self.at)
        if rows.client.is_due(self.period, write_context.today):
            event = tracking.opened(rows.client, write_context)
            row = PeriodRow(rows.client.id, rows.client.company, self.period, fold([event]))
            rows.histories[self.period] = RowHistory(row, (event,))


@frozen
class Call:
    """A person records the outcome of a call or a visit."""

    at: datetime
    period: Period
    by: PersonId
    update: StatusUpdate

    def act(self, rows: ClientRows) -> None:
        """Record it, unless the row is closed or exempt by now."""
        if rows.can_be_recorded(self.period):
            row = rows.histories[self.period].row
            write_context = rows.write_context(self.at, self.by)
            change = tracking.record(row, self.update, rows.catalogue, write_context)
            rows.keep(self.period, change)
            if change.event.is_terminal:
                rows.settle(self.at)


@frozen
class Payment:
    """The system notices a payment (S8)."""

    at: datetime
    period: Period

    def act(self, rows: ClientRows) -> None:
        """Note it on a row that counts."""
        past = rows.histories.get(self.period)
        if past and past.row.snapshot.exempt is None:
            change = tracking.note_payment(past.row, self.at, rows.write_context(self.at))
            rows.keep(self.period, change)


@frozen
class Reopening:
    """A manager takes a DONE back (S12)."""

    at: datetime
    period: Period
    by: PersonId
    remarks: str

    def act(self, rows: ClientRows) -> None:
        """Reopen what is done."""
        if not rows.can_be_corrected(self.period):
            return
        past = rows.histories[self.period]
        if past.row.snapshot.is_done:
            write_context = evolve(rows.write_context(self.at, self.by), may_correct=True)
            change = tracking.reopen(past.row, past.events, self.remarks, write_context)
            rows.keep(self.period, change)


@frozen
class Voiding:
    """A manager undoes the last event (S13)."""

    at: datetime
    period: Period
    by: PersonId
    remarks: str

    def act(self, rows: ClientRows) -> None:
        """Void it, if it can be."""
        if not rows.can_be_corrected(self.period):
            return
        past = rows.histories[self.period]
        if (sequence := past.undoable) and past.row.snapshot.exempt is None:
            write_context = evolve(rows.write_context(self.at, self.by), may_correct=True)
            change = tracking.void(past.row, past.events, sequence, self.remarks, write_context)
            rows.keep(self.period, change)


@frozen(kw_only=True)
class TrackingChange:
    """A source starts or ends the tracking of the client (P6)."""

    at: datetime
    is_active: bool = True
    par_trackable: bool | None

    def act(self, rows: ClientRows) -> None:
        """Exempt or restore the open rows."""
        rows.client = evolve(
            rows.client, is_active=self.is_active, par_trackable=self.par_trackable
        )
        rows.settle(self.at)


HistoryEntry: TypeAlias = Opening | Call | Payment | Reopening | Voiding | TrackingChange
"""Something that is to happen to a client's rows, if they still allow it then."""


def histories_of(rows: ClientRows, entries: Iterable[HistoryEntry]) -> list[RowHistory]:
    """Do the entries in the order of time; return the rows, oldest period first."""
    for entry in sorted(entries, key=lambda entry: entry.at):
        entry.act(rows)
    return [rows.histories[period] for period in sorted(rows.histories, key=_begin)]


def _begin(period: Period) -> date:
    return period.first_day
