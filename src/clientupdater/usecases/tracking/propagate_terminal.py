"""What follows for a client's other rows when its tracking ends or goes on (T1, T3, T4).

A write that may end or resume a client's tracking holds the client first. Rows are then written
in the order of their periods, whatever they are written for, so that no two writers wait for
each other; a row that somebody records on at the same moment is looked at again.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import evolve

from clientupdater.domain.clients import has_terminal_outcome
from clientupdater.domain.errors import AlreadyExists, VersionConflict
from clientupdater.domain.tracking import in_order_of_writing, opened, settle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clientupdater.domain.clients import Client
    from clientupdater.domain.events import ExemptCause
    from clientupdater.domain.tracking import Change, PeriodRow
    from clientupdater.domain.write_context import WriteContext
    from clientupdater.ports.unit_of_work import Transaction
    from clientupdater.usecases.tracking.client_access import ClientTransaction


def record_and_propagate(
    file: ClientTransaction, row: PeriodRow, change: Change, write_context: WriteContext
) -> PeriodRow:
    """Keep a change of one row, and bring all the client's rows in line with it."""
    system = evolve(write_context, by=None)
    rows = {each.period: each for each in file.tx.rows.of_client(row.client)}
    rows[row.period] = row
    after = _after(file.client, rows.values(), row, change)
    kept = row
    for period in sorted(rows, key=lambda period: in_order_of_writing((row.client, period))):
        each = rows[period]
        if each.period == row.period:
            kept = _settle(file.tx, file.keep(row, change), after.exempt_cause, system)
        else:
            _settle(file.tx, each, after.exempt_cause, system)
    if file.client.has_terminal_outcome and not after.has_terminal_outcome:
        _go_on(file.tx, after, system)
    return kept


def _after(client: Client, rows: Iterable[PeriodRow], row: PeriodRow, change: Change) -> Client:
    others = [each.snapshot for each in rows if each.period != row.period]
    ended = has_terminal_outcome([*others, change.snapshot])
    return evolve(client, has_terminal_outcome=ended)


def _settle(
    tx: Transaction, row: PeriodRow, cause: ExemptCause | None, write_context: WriteContext
) -> PeriodRow:
    """Settle a row; one that has moved on since is looked at again, and only ever forward."""
    while change := settle(row, cause, write_context):
        try:
            return tx.rows.append(row, change)
        except VersionConflict:
            row = tx.rows.find(row.client, row.period) or row
    return row


def _go_on(tx: Transaction, client: Client, write_context: WriteContext) -> None:
    """Open the running period's row where it was passed over while tracking had ended (T3)."""
    running = client.running_period(write_context.today)
    if running is None or not client.is_due(running, write_context.today):
        return
    if tx.rows.find(client.id, running) is None:
        with suppress(AlreadyExists):
            tx.rows.open(client, running, opened(client, write_context))
