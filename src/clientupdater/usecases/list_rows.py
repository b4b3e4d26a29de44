"""List where a client stood in every period."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import NotFound
from clientupdater.domain.periods import business_day
from clientupdater.domain.permissions import Permission
from clientupdater.domain.tracking import in_order_of_writing
from clientupdater.usecases._due_rows import row_or_due

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.clients import Client
    from clientupdater.domain.ids import ClientId
    from clientupdater.domain.tracking import PeriodRow
    from clientupdater.usecases._client_files import ClientFile, ClientFiles, ClientRef


@frozen
class ShownRows:
    """A client and its rows, the latest period first."""

    client: Client
    rows: tuple[PeriodRow, ...]


@frozen
class ListRows:
    """Looks at all rows of one client, the one that is due included (P4)."""

    files: ClientFiles

    def __call__(self, caller: Caller, client: ClientRef) -> ShownRows:
        """List them, the latest period first."""
        with self.files.open(caller, client, Permission.STATUS_READ) as file:
            rows = file.tx.rows.of_client(file.client.id)
            all_rows = sorted([*rows, *_due(file, rows)], key=_in_order, reverse=True)
            return ShownRows(file.client, tuple(all_rows))


def _in_order(row: PeriodRow) -> tuple[ClientId, date, str]:
    return in_order_of_writing((row.client, row.period))


def _due(file: ClientFile, rows: Sequence[PeriodRow]) -> list[PeriodRow]:
    running = file.client.running_period(business_day(file.clock.now(), file.zone))
    if running is None or any(row.period == running for row in rows):
        return []
    try:
        return [row_or_due(file, running)]
    except NotFound:
        return []
