"""Record what came of a call or a visit, correct it, and show a client's rows."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.access import decide
from clientupdater.domain.errors import InvalidInput, NotFound, NotTrackable, RuleBroken
from clientupdater.domain.events import as_of
from clientupdater.domain.periods import business_day
from clientupdater.domain.permissions import Permission
from clientupdater.domain.tracking import (
    may_void,
    opened,
    reopen,
    revive,
    unopened,
    void,
    writing_order,
)
from clientupdater.usecases.tracking import bulk, judging
from clientupdater.usecases.tracking.recording import (
    Written,
    record_update,
    write_and_settle,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.clients import Client
    from clientupdater.domain.events import History
    from clientupdater.domain.ids import ClientId, ClientRef
    from clientupdater.domain.periods import Period
    from clientupdater.domain.tracking import PeriodRow
    from clientupdater.domain.updates import StatusUpdate
    from clientupdater.domain.write_context import WriteContext
    from clientupdater.ports.codes import Names
    from clientupdater.usecases.clients.client_access import ClientAccess, ClientTransaction


MOST_HISTORIES = 240
"""Rows that are shown with their events: twenty years of months."""
_VOIDING = (Permission.STATUS_CORRECT, Permission.STATUS_UPDATE)


@frozen
class ShownRow:
    """A client and one of its rows."""

    client: Client
    row: PeriodRow
    names: Names


@frozen
class ShownRows:
    """A client and its rows, the latest period first."""

    client: Client
    rows: tuple[PeriodRow, ...]
    names: Names


@frozen
class ShownHistory:
    """A client and the events of one of its rows."""

    client: Client
    events: History
    names: Names


@frozen
class ShownHistories:
    """A client, its rows with the latest period first, and the events of each."""

    client: Client
    rows: tuple[PeriodRow, ...]
    events: Mapping[Period, History]
    names: Names


@frozen
class Tracking:
    """Each verb is one transaction over one client: authorisation, the row, the rule, the write.

    A write names the version of the row that its author saw (S10).
    """

    clients: ClientAccess

    def record(
        self, caller: Caller, client: ClientRef, period: Period, update: StatusUpdate, version: int
    ) -> Written:
        """Record an update; an outcome that ends the client's tracking settles its other rows."""
        opened = self.clients.open_row(caller, client, period, Permission.STATUS_UPDATE)
        with opened as (client_tx, row):
            return record_update(client_tx, row, period, update, version)

    def record_many(
        self, caller: Caller, items: Sequence[bulk.BulkItem], *, atomic: bool = False
    ) -> bulk.Outcomes:
        """Record up to 500 updates, each by itself.

        With `atomic`, raises BulkRejected if one fails, and writes none.
        """
        return bulk.record_many(self.clients, caller, items, atomic=atomic)

    def judge(
        self, caller: Caller, updates: Sequence[judging.PlannedUpdate]
    ) -> tuple[judging.Judgement, ...]:
        """Say what recording these updates in their order would answer, and record none."""
        return judging.judge(self.clients, caller, updates)

    def reopen(
        self, caller: Caller, client: ClientRef, period: Period, remarks: str | None, version: int
    ) -> Written:
        """Take a DONE back; if it had ended the client's tracking, tracking goes on."""
        with self.clients.open(caller, client, Permission.STATUS_CORRECT) as opened_tx:
            client_tx = opened_tx.locked()
            row, write_context = client_tx.require_row(period, version), client_tx.write_context()
            history = client_tx.tx.rows.history(row.client, period)
            change = reopen(row, history, remarks, write_context)
            action = client_tx.action("status.reopen", period, change)
            after = write_and_settle(client_tx, row, change, write_context, action)
            return written(client_tx, after, change)

    def void(
        self,
        caller: Caller,
        client: ClientRef,
        period: Period,
        sequence: int,
        remarks: str | None,
        version: int,
    ) -> Written:
        """Undo one event; if it had ended the client's tracking, tracking goes on.

        An author needs only status:update for their own last event, for some minutes (S13).
        """
        with self.clients.open(caller, client, *_VOIDING) as opened_tx:
            client_tx = opened_tx.locked()
            if _may_void(client_tx, period, sequence):
                return _void(client_tx, period, sequence, remarks, version)
        raise self.clients.refusal(caller, client, Permission.STATUS_CORRECT)

    def revive(
        self, caller: Caller, client: ClientRef, remarks: str | None, version: int
    ) -> Written:
        """Track a client again, on the running period's row; opens that row if there is none.

        `version` is 0 where the running period has no row.
        """
        with self.clients.open(caller, client, Permission.STATUS_CORRECT) as opened_tx:
            client_tx = opened_tx.locked()
            write_context = client_tx.write_context()
            row = _running_row(client_tx, write_context)
            client_tx.require_version(row, version)
            change = revive(row, client_tx.client, remarks, write_context)
            action = client_tx.action("client.revive", row.period, change)
            after = write_and_settle(client_tx, row, change, write_context, action)
            return written(client_tx, after, change)

    def show_row(
        self, caller: Caller, client: ClientRef, period: Period, at: datetime | None = None
    ) -> ShownRow:
        """Show a row as it is, or as it was recorded at a past moment.

        Past remarks are part of the history: without status:history:read they are left out.
        """
        opened = self.clients.open_row(caller, client, period, Permission.STATUS_READ)
        with opened as (client_tx, row):
            shown = _row_at(client_tx, row, period, at) if at else row
            shown = shown or _due_row(client_tx, period)
            return ShownRow(client_tx.client, shown, client_tx.names([shown]))

    def list_rows(self, caller: Caller, client: ClientRef) -> ShownRows:
        """List a client's rows, the latest period first, with the one that is due (P4)."""
        with self.clients.open(caller, client, Permission.STATUS_READ) as client_tx:
            rows = client_tx.tx.rows.of_client(client_tx.client.id)
            all_rows = sorted([*rows, *_due(client_tx, rows)], key=_in_order, reverse=True)
            return ShownRows(client_tx.client, tuple(all_rows), client_tx.names(all_rows))

    def show_history(self, caller: Caller, client: ClientRef, period: Period) -> ShownHistory:
        """Show a row's events in sequence; a row that is due and not opened yet has none."""
        opened = self.clients.open_row(caller, client, period, Permission.STATUS_HISTORY_READ)
        with opened as (client_tx, row):
            if row is None:
                _due_row(client_tx, period)
            events = client_tx.tx.rows.history(client_tx.client.id, period)
            return ShownHistory(client_tx.client, events, client_tx.names([], events))

    def show_histories(
        self, caller: Caller, client: ClientRef, at_most: int = MOST_HISTORIES
    ) -> ShownHistories:
        """Show a client's latest rows, each with its events in sequence."""
        with self.clients.open(caller, client, Permission.STATUS_HISTORY_READ) as client_tx:
            client_id, rows = client_tx.client.id, client_tx.tx.rows
            latest = tuple(rows.of_client(client_id)[:at_most])
            histories = rows.histories([(client_id, row.period) for row in latest])
            events = {period: history for (_, period), history in histories.items()}
            names = client_tx.names(latest, chain.from_iterable(events.values()))
            return ShownHistories(client_tx.client, latest, events, names)


def _may_void(client_tx: ClientTransaction, period: Period, sequence: int) -> bool:
    """Judge the right before the row and its version, of which a refusal says nothing."""
    history = client_tx.tx.rows.history(client_tx.client.id, period)
    return may_void(history, sequence, client_tx.write_context())


def _void(
    client_tx: ClientTransaction, period: Period, sequence: int, remarks: str | None, version: int
) -> Written:
    row, write_context = client_tx.require_row(period, version), client_tx.write_context()
    history = client_tx.tx.rows.history(row.client, period)
    change = void(row, history, sequence, remarks, write_context)
    action = client_tx.action("status.void", period, change, voids=sequence)
    after = write_and_settle(client_tx, row, change, write_context, action)
    return written(client_tx, after, change)


def _running_row(client_tx: ClientTransaction, write_context: WriteContext) -> PeriodRow:
    client = client_tx.client
    period = client.running_period(write_context.today)
    if period is None:
        raise NotTrackable.without_cycle()
    row = client_tx.find_row(period)
    return row or client_tx.tx.rows.open(client, period, opened(client, write_context))


def _due_row(client_tx: ClientTransaction, period: Period) -> PeriodRow:
    """Show the running period's row before anybody has opened it (P4)."""
    try:
        return unopened(client_tx.client, period, client_tx.write_context())
    except RuleBroken as error:
        raise NotFound(f"The client has no row in {period}.") from error


def _row_at(
    client_tx: ClientTransaction, row: PeriodRow | None, period: Period, at: datetime
) -> PeriodRow:
    if at.tzinfo is None:
        raise InvalidInput.of("/as_of", "needs an offset, as in 2026-11-05T09:30:00+08:00")
    if at > client_tx.clock.now():
        raise InvalidInput.of("/as_of", "lies in the future")
    snapshot = as_of(client_tx.tx.rows.history(client_tx.client.id, period), at)
    if row is None or snapshot is None:
        raise NotFound(f"The client had no row in {period} by then.")
    actor, place = client_tx.caller.actor, client_tx.client.place
    if not decide(actor, Permission.STATUS_HISTORY_READ, place).allowed:
        snapshot = evolve(snapshot, standing=evolve(snapshot.standing, remarks=None))
    return evolve(row, snapshot=snapshot)


def _due(client_tx: ClientTransaction, rows: Sequence[PeriodRow]) -> list[PeriodRow]:
    today = business_day(client_tx.clock.now(), client_tx.zone)
    running = client_tx.client.running_period(today)
    if running is None or any(row.period == running for row in rows):
        return []
    try:
        return [_due_row(client_tx, running)]
    except NotFound:
        return []


def _in_order(row: PeriodRow) -> tuple[ClientId, date, str]:
    return writing_order((row.client, row.period))
