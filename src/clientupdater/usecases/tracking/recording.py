"""Record one update: the row, the rule, the write, and what follows for the client's other rows.

A write that may end or resume a client's tracking locks the client first (T1, T3, T4). It then
writes rows in the order of their periods, so that no two writers wait for each other; a row that
somebody else writes at the same moment is read again.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.errors import AlreadyExists, VersionConflict
from clientupdater.domain.tracking import (
    client_after,
    opened,
    record,
    settle,
    unopened,
    writing_order,
)

if TYPE_CHECKING:
    from clientupdater.domain.clients import Client
    from clientupdater.domain.events import ExemptCause, StatusEvent
    from clientupdater.domain.periods import Period
    from clientupdater.domain.tracking import Change, PeriodRow
    from clientupdater.domain.updates import StatusUpdate
    from clientupdater.domain.write_context import WriteContext
    from clientupdater.ports.audit import LoggedAction
    from clientupdater.ports.codes import Names
    from clientupdater.ports.unit_of_work import Transaction
    from clientupdater.usecases.clients.client_access import ClientTransaction


@frozen
class Written:
    """The result of a write: the client, its row as it is now, and the event that was added."""

    client: Client
    row: PeriodRow
    event: StatusEvent
    names: Names
    """The codes and names that they refer to."""


def record_update(
    client_tx: ClientTransaction,
    row: PeriodRow | None,
    period: Period,
    update: StatusUpdate,
    version: int,
) -> Written:
    """Record an update; lock the client only to open its row or to end its tracking."""
    if row is None:
        client_tx = client_tx.locked()
        row = _open_row(client_tx, period, version)
    client_tx.require_version(row, version)
    catalogue, write_context = client_tx.tx.settings.statuses(), client_tx.write_context()
    change = record(row, update, catalogue, write_context)
    if not change.event.is_terminal:
        action = client_tx.action("status.record", period, change)
        return written(client_tx, client_tx.append(row, change, action), change)
    client_tx = client_tx.locked()
    row, write_context = client_tx.require_row(period, version), client_tx.write_context()
    change = record(row, update, catalogue, write_context)
    action = client_tx.action("status.record", period, change)
    after = write_and_settle(client_tx, row, change, write_context, action)
    return written(client_tx, after, change)


def written(client_tx: ClientTransaction, after: PeriodRow, change: Change) -> Written:
    """Give the result of a write, with the names that it refers to."""
    names = client_tx.names([after], [change.event])
    return Written(client_tx.client, after, change.event, names)


def _open_row(client_tx: ClientTransaction, period: Period, version: int) -> PeriodRow:
    """Open the running period's row by the first write to it (P4)."""
    client, write_context = client_tx.client, client_tx.write_context()
    row = client_tx.find_row(period) or unopened(client, period, write_context)
    client_tx.require_version(row, version)
    try:
        return client_tx.tx.rows.open(client, period, opened(client, write_context))
    except AlreadyExists:
        return client_tx.require_row(period, version)  # somebody opened it at this moment


def write_and_settle(
    client_tx: ClientTransaction,
    row: PeriodRow,
    change: Change,
    write_context: WriteContext,
    action: LoggedAction,
) -> PeriodRow:
    """Write a change of one row, and bring all of the client's rows in line with it."""
    tx, client, system = client_tx.tx, client_tx.client, evolve(write_context, by=None)
    rows = {each.period: each for each in tx.rows.of_client(client.id)}
    rows[row.period] = row
    after = client_after(client, rows.values(), row, change)
    written = row
    for period in sorted(rows, key=lambda period: writing_order((client.id, period))):
        if period == row.period:
            written = _settle(tx, client_tx.append(row, change, action), after.exempt_cause, system)
        else:
            _settle(tx, rows[period], after.exempt_cause, system)
    if client.has_terminal_outcome and not after.has_terminal_outcome:
        _open_running_row(tx, after, system)
    return written


def _settle(
    tx: Transaction, row: PeriodRow, cause: ExemptCause | None, write_context: WriteContext
) -> PeriodRow:
    while change := settle(row, cause, write_context):
        try:
            return tx.rows.append(row, change)
        except VersionConflict:
            row = tx.rows.find(row.client, row.period) or row
    return row


def _open_running_row(tx: Transaction, client: Client, write_context: WriteContext) -> None:
    """Open the running period's row if it was skipped while tracking had ended (T3)."""
    running = client.running_period(write_context.today)
    if running is None or not client.is_due(running, write_context.today):
        return
    if tx.rows.find(client.id, running) is None:
        with suppress(AlreadyExists):
            tx.rows.open(client, running, opened(client, write_context))
