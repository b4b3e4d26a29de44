"""What somebody may do at this moment, whoever asks (A1, A2, A7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from clientupdater.domain.access import Actor
    from clientupdater.domain.ids import PersonId


class Rights(Protocol):
    """The rights of people other than the one who acts."""

    def actor(self, person: PersonId) -> Actor | None:
        """Find whether a person is active, their grants and live territory; None: unknown."""
        ...

    def lock(self) -> None:
        """Keep whoever changes rights waiting until this unit of work is over (A3).

        For what is decided by another person's rights and has to end when they lose them: it
        waits for the changes under way (`People.hold`), and not for its like. Held before
        any client is (`Clients.hold`), so that nobody who waits for a client waits for it.
        """
        ...
