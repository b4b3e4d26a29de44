"""Show a pension number in full, and write down who saw it (C3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import NotFound
from clientupdater.domain.permissions import Permission

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.usecases._client_files import ClientFiles, ClientRef


@frozen
class RevealPensionNumber:
    """One look, one line in the log of who saw what: in the same transaction, or no look."""

    files: ClientFiles

    def __call__(self, caller: Caller, client: ClientRef) -> str:
        """Give the number; NotFound where the client has none."""
        with self.files.open(caller, client, Permission.CLIENTS_REVEAL) as file:
            number = file.tx.pension_numbers.show(file.client.id)
            if number is None:
                raise NotFound("The client has no pension number.")
            file.tx.journal.saw(caller, "revealed", file.client.id, "pension_number")
        return number
