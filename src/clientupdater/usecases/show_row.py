"""Show where a client stands in a period, now or as it was known at a past moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.errors import InvalidInput, NotFound
from clientupdater.domain.events import as_of
from clientupdater.domain.permissions import Permission
from clientupdater.usecases._due_rows import row_or_due

if TYPE_CHECKING:
    from datetime import datetime

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.clients import Client
    from clientupdater.domain.periods import Period
    from clientupdater.domain.tracking import PeriodRow
    from clientupdater.usecases._client_files import ClientFile, ClientFiles, ClientRef


@frozen
class ShownRow:
    """A client and one of its rows."""

    client: Client
    row: PeriodRow


@frozen
class ShowRow:
    """Looks at one row."""

    files: ClientFiles

    def __call__(
        self, caller: Caller, client: ClientRef, period: Period, at: datetime | None = None
    ) -> ShownRow:
        """Show it as it is, or by what had been recorded by a past moment."""
        with self.files.open(caller, client, Permission.STATUS_READ) as file:
            row = row_or_due(file, period) if at is None else _then(file, period, at)
            return ShownRow(file.client, row)


def _then(file: ClientFile, period: Period, at: datetime) -> PeriodRow:
    if at.tzinfo is None:
        raise InvalidInput.of("/as_of", "needs an offset, as in 2026-11-05T09:30:00+08:00")
    if at > file.clock.now():
        raise InvalidInput.of("/as_of", "lies in the future")
    row = file.row(period)
    snapshot = as_of(file.tx.rows.history(file.client.id, period), at)
    if row is None or snapshot is None:
        raise NotFound(f"The client had no row in {period} by then.")
    return evolve(row, snapshot=snapshot)
