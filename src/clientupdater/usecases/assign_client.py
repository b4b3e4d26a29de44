"""Give a client to an officer, or to nobody (A3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.domain.reach import reach_of
from clientupdater.usecases._assigning import give

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.clients import Client
    from clientupdater.domain.ids import PersonId
    from clientupdater.usecases._client_files import ClientFiles, ClientRef


@frozen
class AssignClient:
    """Ends the assignment there was, and begins the new one; done twice, it does no more.

    Whoever takes the officer's branch, or deactivates them, comes before or after: before, the
    officer is refused; after, the assignment is there to be ended.
    """

    files: ClientFiles

    def __call__(self, caller: Caller, client: ClientRef, officer: PersonId | None) -> Client:
        """Assign it; answer with the client as it is then, also if it is out of sight now."""
        with self.files.work.begin(reach_of(caller.actor, Permission.CLIENTS_ASSIGN)) as tx:
            outcome = give(self.files, tx, caller, [client], officer).get(0)
        if outcome is None:
            raise self.files.refusal(caller, client, Permission.CLIENTS_ASSIGN)
        return outcome.required
