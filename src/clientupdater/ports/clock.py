"""The clock: nothing else reads the machine's time (P1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime


class Clock(Protocol):
    """The one business clock."""

    def now(self) -> datetime:
        """Return the moment, with its offset."""
        ...
