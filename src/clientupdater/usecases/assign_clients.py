"""Give many clients to one officer, or to nobody (A3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.domain.reach import reach_of
from clientupdater.usecases._assigning import give
from clientupdater.usecases._many import Outcome, require_not_too_many

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.clients import Client
    from clientupdater.domain.ids import PersonId
    from clientupdater.usecases._client_files import ClientFiles, ClientRef


@frozen
class AssignClients:
    """Assigns up to 500, each by itself, and tells of each what came of it."""

    files: ClientFiles

    def __call__(
        self, caller: Caller, clients: Sequence[ClientRef], officer: PersonId | None
    ) -> tuple[Outcome[Client], ...]:
        """Assign them, in the order given."""
        require_not_too_many(clients, "/clients")
        permission = Permission.CLIENTS_ASSIGN
        with self.files.work.begin(reach_of(caller.actor, permission)) as tx:
            outcomes = give(self.files, tx, caller, clients, officer)
        unseen = [index for index in range(len(clients)) if index not in outcomes]
        errors = self.files.refusals(caller, [clients[index] for index in unseen], permission)
        for index, error in zip(unseen, errors, strict=True):
            outcomes[index] = Outcome(index, error=error)
        return tuple(outcomes[index] for index in range(len(clients)))
