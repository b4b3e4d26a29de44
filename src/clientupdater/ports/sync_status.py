"""How taking over the sources stands, for whoever keeps the software running."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from clientupdater.domain.sync.source_status import SourceStatus


class SourceStatuses(Protocol):
    """Tells it, and changes nothing."""

    def read(self, now: datetime, *, silence: float) -> Sequence[SourceStatus]:
        """Tell of every source there can be, set up or not: one statement.

        A run that was not heard of for so many seconds, and that nobody comes back to, is dead.
        """
        ...
