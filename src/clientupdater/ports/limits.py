"""Counting how often somebody comes."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from clientupdater.domain.rate_limits import Tally, Verdict


class Counting(StrEnum):
    """Who counts at this moment."""

    SHARED = "redis"
    """All processes together."""
    LASTING = "postgres"
    """All processes together, and nothing is forgotten."""
    IN_PROCESS = "in-process"
    """Each process for itself: there is no Redis, or it is lost."""


class RateLimits(Protocol):
    """Counts hits in windows that slide; what is refused is not counted.

    Whoever keeps the counts knows them by a keyed hash alone: whose they are cannot be read there.
    """

    def hit(self, tally: Tally) -> Verdict:
        """Count one, unless there is no room.

        Raises Unavailable when the store does not answer: for what outlives us, nothing may be
        let through uncounted.
        """
        ...

    def look(self, tally: Tally) -> Verdict:
        """Say whether there is room, and count nothing; raises Unavailable as `hit` does."""
        ...

    def counting(self) -> Counting:
        """Tell who counts; it asks nobody and never waits."""
        ...
