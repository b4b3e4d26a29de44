"""Record what came of a call or a visit (S1 to S11, T1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.usecases._recording import record_in

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.periods import Period
    from clientupdater.domain.updates import StatusUpdate
    from clientupdater.usecases._client_files import ClientFiles, ClientRef
    from clientupdater.usecases._recording import Written


@frozen
class RecordUpdate:
    """Writes one event; a terminal outcome settles the client's other rows with it."""

    files: ClientFiles

    def __call__(
        self, caller: Caller, client: ClientRef, period: Period, update: StatusUpdate, version: int
    ) -> Written:
        """Record it, over the version that the author saw."""
        with self.files.open(caller, client, Permission.STATUS_UPDATE) as file:
            return record_in(file, period, update, version)
