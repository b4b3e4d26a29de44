"""Recording one update in a file that is open, by itself or among many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import AlreadyExists
from clientupdater.domain.tracking import opened, record, unopened
from clientupdater.usecases.tracking.propagate_terminal import record_and_propagate

if TYPE_CHECKING:
    from clientupdater.domain.clients import Client
    from clientupdater.domain.events import StatusEvent
    from clientupdater.domain.periods import Period
    from clientupdater.domain.tracking import PeriodRow
    from clientupdater.domain.updates import StatusUpdate
    from clientupdater.usecases.tracking.client_access import ClientTransaction


@frozen
class Written:
    """What a write came to: the client, its row as it is now, and the event of the write."""

    client: Client
    row: PeriodRow
    event: StatusEvent


def record_in(
    file: ClientTransaction, period: Period, update: StatusUpdate, version: int
) -> Written:
    """Record an update; only one that ends the client, or begins the row, holds the client."""
    row = file.row(period)
    if row is None:
        file = file.held()
        row = _begun(file, period, version)
    file.require(row, version)
    catalogue, write_context = file.tx.statuses.load(), file.write_context()
    change = record(row, update, catalogue, write_context)
    if change.event.is_terminal:
        file = file.held()
        row, write_context = file.row_at(period, version), file.write_context()
        change = record(row, update, catalogue, write_context)
        kept = record_and_propagate(file, row, change, write_context)
    else:
        kept = file.keep(row, change)
    file.did("status.record", period=period, sequence=change.event.sequence)
    return Written(file.client, kept, change.event)


def _begun(file: ClientTransaction, period: Period, version: int) -> PeriodRow:
    """Begin the running period's row by the first write to it (P4)."""
    write_context = file.write_context()
    file.require(file.row(period) or unopened(file.client, period, write_context), version)
    try:
        return file.tx.rows.open(file.client, period, opened(file.client, write_context))
    except AlreadyExists:
        return file.row_at(period, version)  # somebody began it at this very moment
