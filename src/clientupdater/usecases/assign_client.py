"""Give a client to an officer, or to nobody (A3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.errors import OfficerNotAllowed
from clientupdater.domain.officers import require_officer
from clientupdater.domain.permissions import Permission

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.clients import Client
    from clientupdater.domain.ids import PersonId
    from clientupdater.usecases._client_files import ClientFile, ClientFiles, ClientRef


@frozen
class AssignClient:
    """Ends the assignment there was, and begins the new one; done twice, it does no more.

    Whoever takes the officer's branch, or deactivates them, comes before or after: before, the
    officer is refused; after, the assignment is there to be ended.
    """

    files: ClientFiles

    def __call__(self, caller: Caller, client: ClientRef, officer: PersonId | None) -> Client:
        """Assign it; answer with the client as it is then, also if it is out of sight now."""
        with self.files.open(caller, client, Permission.CLIENTS_ASSIGN) as opened:
            if officer is not None:
                opened.tx.rights.hold()
            file = opened.held()
            if file.client.assigned_to != officer:
                _give(file, officer)
                file.did("client.assign", officer=officer, before=file.client.assigned_to)
            return evolve(file.client, assigned_to=officer)


def _give(file: ClientFile, officer: PersonId | None) -> None:
    if officer is None:
        file.tx.assignments.end(file.client.id, file.occasion())
        return
    actor = file.tx.rights.actor(officer)
    if actor is None:
        raise OfficerNotAllowed
    require_officer(actor, file.client.branch)
    file.tx.assignments.assign(file.client.id, officer, file.occasion())
