"""Give many clients to one officer, or to nobody (A3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.usecases._many import Outcome, each_by_itself, require_not_too_many
from clientupdater.usecases.assign_client import AssignClient

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
        assign = AssignClient(self.files)
        return each_by_itself(clients, lambda client: assign(caller, client, officer), thing=str)
