"""Which officer a client has, since when and by whom (A3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from clientupdater.domain.ids import ClientId, PersonId
    from clientupdater.domain.occasion import Occasion
    from clientupdater.domain.officers import AssignmentEnd


class Assignments(Protocol):
    """Dated assignments; the client itself tells who has it now.

    Whoever writes one holds the client (`Clients.hold`).
    """

    def assign(self, client: ClientId, officer: PersonId, occasion: Occasion) -> None:
        """Begin one, and end the one there was as reassigned.

        Raises NotFound if there is no such client or person.
        """
        ...

    def end(self, client: ClientId, occasion: Occasion, why: AssignmentEnd | None = None) -> None:
        """End the one there is, if any; without a cause it was somebody's wish."""
        ...
