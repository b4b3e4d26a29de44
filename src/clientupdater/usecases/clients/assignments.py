"""Assigning clients to officers (A3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.access_scope import access_scope_of
from clientupdater.domain.permissions import Permission
from clientupdater.usecases.clients.assigning import give
from clientupdater.usecases.tracking.outcomes import Outcome, require_not_too_many

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.clients import Client
    from clientupdater.domain.ids import PersonId
    from clientupdater.usecases.tracking.client_access import ClientAccess, ClientRef


@frozen
class ClientAssignments:
    """A client has at most one officer at a time."""

    files: ClientAccess

    def assign(self, caller: Caller, client: ClientRef, officer: PersonId | None) -> Client:
        """Assign it; answer with the client as it is then, also if it is out of sight now.

        Ends the assignment there was, and begins the new one; done twice, it does no more.

        Whoever takes the officer's branch, or deactivates them, comes before or after: before, the
        officer is refused; after, the assignment is there to be ended.
        """
        with self.files.work.begin(access_scope_of(caller.actor, Permission.CLIENTS_ASSIGN)) as tx:
            outcome = give(self.files, tx, caller, [client], officer).get(0)
        if outcome is None:
            raise self.files.refusal(caller, client, Permission.CLIENTS_ASSIGN)
        return outcome.required

    def assign_many(
        self, caller: Caller, clients: Sequence[ClientRef], officer: PersonId | None
    ) -> tuple[Outcome[Client], ...]:
        """Assign them, in the order given.

        Assigns up to 500, each by itself, and tells of each what came of it.
        """
        require_not_too_many(clients, "/clients")
        permission = Permission.CLIENTS_ASSIGN
        with self.files.work.begin(access_scope_of(caller.actor, permission)) as tx:
            outcomes = give(self.files, tx, caller, clients, officer)
        unseen = [index for index in range(len(clients)) if index not in outcomes]
        errors = self.files.refusals(caller, [clients[index] for index in unseen], permission)
        for index, error in zip(unseen, errors, strict=True):
            outcomes[index] = Outcome(index, error=error)
        return tuple(outcomes[index] for index in range(len(clients)))
