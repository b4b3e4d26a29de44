"""What happened to a client, made by the domain's own commands.

So a made-up row is what the software itself would have kept: its snapshot is the fold of its
events, and no rule is broken on the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

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
class Story:
    """One client in one period: where it stands, and how it came to."""

    row: PeriodRow
    history: History

    def and_then(self, change: Change | None) -> Story:
        """Add one event."""
        if change is None:
            return self
        row = evolve(self.row, snapshot=change.snapshot)
        return Story(row, (*self.history, change.event))

    @property
    def undoable(self) -> int | None:
        """Name the last event, if it is a recording or a payment that still counts (S13)."""
        last = self.history[-1]
        undone = last.sequence in voided(self.history) or last.sequence in reopened(self.history)
        kinds = {EventKind.RECORDED, EventKind.PAYMENT}
        return last.sequence if last.kind in kinds and not undone else None


@define
class Ledger:
    """One client's rows while they are being written."""

    client: Client
    catalogue: StatusCatalogue
    zone: tzinfo
    stories: dict[Period, Story] = field(factory=dict)

    def asks_for_work(self, period: Period) -> bool:
        """Whether there is a row that somebody could record on."""
        return period in self.stories and self.stories[period].row.snapshot.is_open

    def can_be_corrected(self, period: Period) -> bool:
        """Whether there is a row to correct, of a client who is tracked: no outcome is undone."""
        return period in self.stories and self.client.exempt_cause is None

    def keep(self, period: Period, change: Change | None) -> None:
        """Add one event to a row."""
        self.stories[period] = self.stories[period].and_then(change)

    def settle(self, at: datetime) -> None:
        """Bring every row in line with whether the client is tracked now (P6, T1)."""
        snapshots = [story.row.snapshot for story in self.stories.values()]
        self.client = evolve(self.client, has_terminal_outcome=has_terminal_outcome(snapshots))
        for period, story in self.stories.items():
            change = tracking.settle(story.row, self.client.exempt_cause, self.write_context(at))
            self.stories[period] = story.and_then(change)

    def write_context(self, at: datetime, by: PersonId | None = None) -> WriteContext:
        """Name the circumstances; who corrects was chosen for it, and may."""
        return WriteContext(now=at, zone=self.zone, by=by)


class LoggedAction(Protocol):
    """Something that will be done to a client's rows, if they still allow it then."""

    @property
    def at(self) -> datetime:
        """When."""

    def act(self, ledger: Ledger) -> None:
        """Do it."""


@frozen
class Opening:
    """The period begins (P4)."""

    at: datetime
    period: Period

    def act(self, ledger: Ledger) -> None:
        """Open a row, if one is due (P5)."""
        write_context = ledger.write_context(self.at)
        if ledger.client.is_due(self.period, write_context.today):
            event = tracking.opened(ledger.client, write_context)
            row = PeriodRow(ledger.client.id, ledger.client.company, self.period, fold([event]))
            ledger.stories[self.period] = Story(row, (event,))


@frozen
class Call:
    """Somebody tells what came of a call or a visit."""

    at: datetime
    period: Period
    by: PersonId
    update: StatusUpdate

    def act(self, ledger: Ledger) -> None:
        """Record it, unless the row is closed or exempt by now."""
        if ledger.asks_for_work(self.period):
            row = ledger.stories[self.period].row
            write_context = ledger.write_context(self.at, self.by)
            change = tracking.record(row, self.update, ledger.catalogue, write_context)
            ledger.keep(self.period, change)
            if change.event.is_terminal:
                ledger.settle(self.at)


@frozen
class Payment:
    """The system notices a payment (S8)."""

    at: datetime
    period: Period

    def act(self, ledger: Ledger) -> None:
        """Note it on a row that counts."""
        story = ledger.stories.get(self.period)
        if story and story.row.snapshot.exempt is None:
            change = tracking.note_payment(story.row, self.at, ledger.write_context(self.at))
            ledger.keep(self.period, change)


@frozen
class Reopening:
    """A manager takes a DONE back (S12)."""

    at: datetime
    period: Period
    by: PersonId
    remarks: str

    def act(self, ledger: Ledger) -> None:
        """Reopen what is done."""
        if not ledger.can_be_corrected(self.period):
            return
        story = ledger.stories[self.period]
        if story.row.snapshot.is_done:
            write_context = evolve(ledger.write_context(self.at, self.by), may_correct=True)
            change = tracking.reopen(story.row, story.history, self.remarks, write_context)
            ledger.keep(self.period, change)


@frozen
class Voiding:
    """A manager undoes the last event (S13)."""

    at: datetime
    period: Period
    by: PersonId
    remarks: str

    def act(self, ledger: Ledger) -> None:
        """Void it, if it can be."""
        if not ledger.can_be_corrected(self.period):
            return
        story = ledger.stories[self.period]
        if (sequence := story.undoable) and story.row.snapshot.exempt is None:
            write_context = evolve(ledger.write_context(self.at, self.by), may_correct=True)
            change = tracking.void(story.row, story.history, sequence, self.remarks, write_context)
            ledger.keep(self.period, change)


@frozen(kw_only=True)
class Turning:
    """A source says otherwise whether the client is to be reached (P6)."""

    at: datetime
    is_active: bool = True
    par_trackable: bool | None

    def act(self, ledger: Ledger) -> None:
        """Take the word, and exempt or restore the open rows."""
        ledger.client = evolve(
            ledger.client, is_active=self.is_active, par_trackable=self.par_trackable
        )
        ledger.settle(self.at)


def told(ledger: Ledger, entries: Iterable[LoggedAction]) -> list[Story]:
    """Let everything happen in its order; give what it came to, the oldest period first."""
    for entry in sorted(entries, key=lambda entry: entry.at):
        entry.act(ledger)
    return [ledger.stories[period] for period in sorted(ledger.stories, key=_begin)]


def _begin(period: Period) -> date:
    return period.first_day
