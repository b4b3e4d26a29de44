"""Reopen a row at DONE (S12, T3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.domain.tracking import reopen
from clientupdater.usecases._recording import Written
from clientupdater.usecases._settling import keep_and_settle

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.periods import Period
    from clientupdater.usecases._client_files import ClientFiles, ClientRef


@frozen
class ReopenRow:
    """Takes a DONE back; if it had ended the client's tracking, that goes on."""

    files: ClientFiles

    def __call__(
        self, caller: Caller, client: ClientRef, period: Period, remarks: str | None, version: int
    ) -> Written:
        """Reopen it, over the version that the author saw."""
        with self.files.open(caller, client, Permission.STATUS_CORRECT) as opened:
            file = opened.held()
            row, occasion = file.row_at(period, version), file.occasion()
            history = file.tx.rows.history(row.client, period)
            change = reopen(row, history, remarks, occasion)
            kept = keep_and_settle(file, row, change, occasion)
            file.did("status.reopen", period=period, sequence=change.event.sequence)
            return Written(file.client, kept, change.event)
