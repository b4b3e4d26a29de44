"""Recording what came of a call or a visit, correcting it, and showing where a client stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.errors import InvalidInput, NotFound, NotTrackable
from clientupdater.domain.events import as_of
from clientupdater.domain.periods import business_day
from clientupdater.domain.permissions import Permission
from clientupdater.domain.tracking import in_order_of_writing, opened, reopen, revive, void
from clientupdater.usecases.tracking.due_rows import row_or_due
from clientupdater.usecases.tracking.propagate_terminal import record_and_propagate
from clientupdater.usecases.tracking.recorded import Written, record_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.clients import Client
    from clientupdater.domain.events import History
    from clientupdater.domain.ids import ClientId
    from clientupdater.domain.periods import Period
    from clientupdater.domain.tracking import PeriodRow
    from clientupdater.domain.updates import StatusUpdate
    from clientupdater.domain.write_context import WriteContext
    from clientupdater.usecases.tracking.client_access import (
        ClientAccess,
        ClientRef,
        ClientTransaction,
    )


@frozen
class ShownRow:
    """A client and one of its rows."""

    client: Client
    row: PeriodRow


@frozen
class ShownRows:
    """A client and its rows, the latest period first."""

    client: Client
    rows: tuple[PeriodRow, ...]


@frozen
class ShownHistory:
    """A client and the events of one of its rows."""

    client: Client
    events: History


@frozen
class Tracking:
    """Each verb is one transaction over one client: authorisation, the row, the rule, the write."""

    files: ClientAccess

    def record(
        self, caller: Caller, client: ClientRef, period: Period, update: StatusUpdate, version: int
    ) -> Written:
        """Record it, over the version that the author saw.

        Writes one event; a terminal outcome settles the client's other rows with it.
        """
        with self.files.open(caller, client, Permission.STATUS_UPDATE) as file:
            return record_in(file, period, update, version)

    def reopen(
        self, caller: Caller, client: ClientRef, period: Period, remarks: str | None, version: int
    ) -> Written:
        """Reopen it, over the version that the author saw.

        Takes a DONE back; if it had ended the client's tracking, that goes on.
        """
        with self.files.open(caller, client, Permission.STATUS_CORRECT) as opened:
            file = opened.held()
            row, write_context = file.row_at(period, version), file.write_context()
            history = file.tx.rows.history(row.client, period)
            change = reopen(row, history, remarks, write_context)
            kept = record_and_propagate(file, row, change, write_context)
            file.did("status.reopen", period=period, sequence=change.event.sequence)
            return Written(file.client, kept, change.event)

    def void(
        self,
        caller: Caller,
        client: ClientRef,
        period: Period,
        sequence: int,
        remarks: str | None,
        version: int,
    ) -> Written:
        """Void it, over the version that the author saw.

        Undoes an event; if it had ended the client's tracking, that goes on.
        """
        with self.files.open(caller, client, Permission.STATUS_CORRECT) as opened:
            file = opened.held()
            row, write_context = file.row_at(period, version), file.write_context()
            history = file.tx.rows.history(row.client, period)
            change = void(row, history, sequence, remarks, write_context)
            kept = record_and_propagate(file, row, change, write_context)
            file.did("status.void", period=period, sequence=change.event.sequence, voids=sequence)
            return Written(file.client, kept, change.event)

    def revive(
        self, caller: Caller, client: ClientRef, remarks: str | None, version: int
    ) -> Written:
        """Revive it, over the version of that row that the author saw; 0 where none is open.

        Revives on the running period's row, which it opens if there is none.
        """
        with self.files.open(caller, client, Permission.STATUS_CORRECT) as result:
            file = result.held()
            write_context = file.write_context()
            row = _running(file, write_context)
            file.require(row, version)
            change = revive(row, file.client, remarks, write_context)
            kept = record_and_propagate(file, row, change, write_context)
            file.did("client.revive", period=row.period, sequence=change.event.sequence)
            return Written(file.client, kept, change.event)

    def show_row(
        self, caller: Caller, client: ClientRef, period: Period, at: datetime | None = None
    ) -> ShownRow:
        """Show it as it is, or by what had been recorded by a past moment.

        Looks at one row.
        """
        with self.files.open(caller, client, Permission.STATUS_READ) as file:
            row = row_or_due(file, period) if at is None else _then(file, period, at)
            return ShownRow(file.client, row)

    def list_rows(self, caller: Caller, client: ClientRef) -> ShownRows:
        """List them, the latest period first.

        Looks at all rows of one client, the one that is due included (P4).
        """
        with self.files.open(caller, client, Permission.STATUS_READ) as file:
            rows = file.tx.rows.of_client(file.client.id)
            all_rows = sorted([*rows, *_due(file, rows)], key=_in_order, reverse=True)
            return ShownRows(file.client, tuple(all_rows))

    def show_history(self, caller: Caller, client: ClientRef, period: Period) -> ShownHistory:
        """Show the events in sequence.

        Looks at what happened; nothing did to a row that nobody has opened yet.
        """
        with self.files.open(caller, client, Permission.STATUS_HISTORY_READ) as file:
            row_or_due(file, period)
            return ShownHistory(file.client, file.tx.rows.history(file.client.id, period))


def _running(file: ClientTransaction, write_context: WriteContext) -> PeriodRow:
    period = file.client.running_period(write_context.today)
    if period is None:
        raise NotTrackable("The client has no product, so nobody knows how often to reach it.")
    row = file.row(period)
    return row or file.tx.rows.open(file.client, period, opened(file.client, write_context))


def _then(file: ClientTransaction, period: Period, at: datetime) -> PeriodRow:
    if at.tzinfo is None:
        raise InvalidInput.of("/as_of", "needs an offset, as in 2026-11-05T09:30:00+08:00")
    if at > file.clock.now():
        raise InvalidInput.of("/as_of", "lies in the future")
    row = file.row(period)
    snapshot = as_of(file.tx.rows.history(file.client.id, period), at)
    if row is None or snapshot is None:
        raise NotFound(f"The client had no row in {period} by then.")
    return evolve(row, snapshot=snapshot)


def _in_order(row: PeriodRow) -> tuple[ClientId, date, str]:
    return in_order_of_writing((row.client, row.period))


def _due(file: ClientTransaction, rows: Sequence[PeriodRow]) -> list[PeriodRow]:
    running = file.client.running_period(business_day(file.clock.now(), file.zone))
    if running is None or any(row.period == running for row in rows):
        return []
    try:
        return [row_or_due(file, running)]
    except NotFound:
        return []
