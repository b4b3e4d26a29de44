"""Void one event of a row (S13, T3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.domain.tracking import void
from clientupdater.usecases._recording import Written
from clientupdater.usecases._settling import keep_and_settle

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.periods import Period
    from clientupdater.usecases._client_files import ClientFiles, ClientRef


@frozen
class VoidEvent:
    """Undoes an event; if it had ended the client's tracking, that goes on."""

    files: ClientFiles

    def __call__(
        self,
        caller: Caller,
        client: ClientRef,
        period: Period,
        sequence: int,
        remarks: str | None,
        version: int,
    ) -> Written:
        """Void it, over the version that the author saw."""
        with self.files.open(caller, client, Permission.STATUS_CORRECT) as opened:
            file = opened.held()
            row, occasion = file.row_at(period, version), file.occasion()
            history = file.tx.rows.history(row.client, period)
            change = void(row, history, sequence, remarks, occasion)
            kept = keep_and_settle(file, row, change, occasion)
            file.did("status.void", period=period, sequence=change.event.sequence, voids=sequence)
            return Written(file.client, kept, change.event)
