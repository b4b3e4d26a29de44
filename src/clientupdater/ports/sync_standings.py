"""How taking over the sources stands, for whoever keeps the software running."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.domain.sync.standing import SyncStanding


class SyncStandings(Protocol):
    """Tells it, and changes nothing."""

    def read(self) -> Sequence[SyncStanding]:
        """Tell of every source there can be, set up or not: one statement."""
        ...
