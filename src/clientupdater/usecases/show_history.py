"""Show everything that happened to a row, in order (S9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.usecases._due_rows import row_or_due

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.clients import Client
    from clientupdater.domain.events import History
    from clientupdater.domain.periods import Period
    from clientupdater.usecases._client_files import ClientFiles, ClientRef


@frozen
class ShownHistory:
    """A client and the events of one of its rows."""

    client: Client
    events: History


@frozen
class ShowHistory:
    """Looks at what happened; nothing did to a row that nobody has opened yet."""

    files: ClientFiles

    def __call__(self, caller: Caller, client: ClientRef, period: Period) -> ShownHistory:
        """Show the events in sequence."""
        with self.files.open(caller, client, Permission.STATUS_HISTORY_READ) as file:
            row_or_due(file, period)
            return ShownHistory(file.client, file.tx.rows.history(file.client.id, period))
