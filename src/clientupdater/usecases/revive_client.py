"""Track a client again who was fully paid and borrows anew (T4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import NotTrackable
from clientupdater.domain.permissions import Permission
from clientupdater.domain.tracking import opened, revive
from clientupdater.usecases._recording import Written
from clientupdater.usecases._settling import keep_and_settle

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.occasion import Occasion
    from clientupdater.domain.tracking import PeriodRow
    from clientupdater.usecases._client_files import ClientFile, ClientFiles, ClientRef


@frozen
class ReviveClient:
    """Revives on the running period's row, which it opens if there is none."""

    files: ClientFiles

    def __call__(
        self, caller: Caller, client: ClientRef, remarks: str | None, version: int
    ) -> Written:
        """Revive it, over the version of that row that the author saw; 0 where none is open."""
        with self.files.open(caller, client, Permission.STATUS_CORRECT) as found:
            file = found.held()
            occasion = file.occasion()
            row = _running(file, occasion)
            file.require(row, version)
            change = revive(row, file.client, remarks, occasion)
            kept = keep_and_settle(file, row, change, occasion)
            file.did("client.revive", period=row.period, sequence=change.event.sequence)
            return Written(file.client, kept, change.event)


def _running(file: ClientFile, occasion: Occasion) -> PeriodRow:
    period = file.client.running_period(occasion.today)
    if period is None:
        raise NotTrackable("The client has no product, so nobody knows how often to reach it.")
    row = file.row(period)
    return row or file.tx.rows.open(file.client, period, opened(file.client, occasion))
