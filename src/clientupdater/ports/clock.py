"""Telling the time, so that nothing else has to ask the machine (P1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime


class Clock(Protocol):
    """The one business clock."""

    def now(self) -> datetime:
        """Tell the moment; it always carries its offset."""
        ...
