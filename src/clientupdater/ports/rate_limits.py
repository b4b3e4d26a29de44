"""Rate limits."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from clientupdater.domain.rate_limits import Tally, Verdict


class Counting(StrEnum):
    """The store that counts at this moment."""

    SHARED = "redis"
    """All processes together."""
    LASTING = "postgres"
    """All processes together, in a store that keeps its counts."""
    IN_PROCESS = "in-process"
    """Each process by itself: there is no Redis, or it is lost."""


class RateLimits(Protocol):
    """Counts hits in sliding windows; a refused hit is not counted.

    A store has only keyed hashes, which do not reveal whose counts they are.
    """

    def hit(self, tally: Tally) -> Verdict:
        """Count one, unless there is no room.

        Raises Unavailable when the store does not answer: a hit of an allowance that outlives the
        process is never let through uncounted.
        """
        ...

    def look(self, tally: Tally) -> Verdict:
        """Judge a hit without counting it; raises Unavailable as `hit` does."""
        ...

    def counting(self) -> Counting:
        """Name the store that counts, without calling it."""
        ...
