"""Which officer a client has, since when and by whom (A3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection

    from clientupdater.domain.ids import ClientId, PersonId
    from clientupdater.domain.officers import AssignmentEnd
    from clientupdater.domain.write_context import WriteContext


class Assignments(Protocol):
    """Dated assignments; the client itself tells who has it now.

    A unit of work that writes one holds the client (`Clients.hold`).
    """

    def assign(
        self, clients: Collection[ClientId], officer: PersonId, write_context: WriteContext
    ) -> None:
        """Begin one for each of these, and end the one there was as reassigned.

        Raises NotFound if there is no such person, or one of the clients is not there.
        """
        ...

    def end(
        self,
        clients: Collection[ClientId],
        write_context: WriteContext,
        why: AssignmentEnd | None = None,
    ) -> None:
        """End the one that each of these has, if any; without a cause it was somebody's wish."""
        ...
