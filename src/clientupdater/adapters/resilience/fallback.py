"""Rate limits and cache entries that go on when Redis, which processes share, is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, field, frozen

from clientupdater.domain.errors import Unavailable
from clientupdater.domain.rate_limits import strictest

if TYPE_CHECKING:
    from clientupdater.adapters.local.cache import LocalCacheStore
    from clientupdater.domain.rate_limits import Tally, Verdict
    from clientupdater.ports.cache import CacheKey, CacheStore
    from clientupdater.ports.rate_limits import Counting, RateLimits


@frozen
class FallbackRateLimits:
    """Counts in the store that processes share; while it is lost, in this process."""

    shared: RateLimits
    own: RateLimits

    def hit(self, tally: Tally) -> Verdict:
        """Count one, unless there is no room; losing the shared store raises nothing."""
        try:
            return self.shared.hit(tally)
        except Unavailable:
            return self.own.hit(tally)

    def look(self, tally: Tally) -> Verdict:
        try:
            return self.shared.look(tally)
        except Unavailable:
            return self.own.look(tally)

    def counting(self) -> Counting:
        return self.shared.counting()


@frozen
class DurableRateLimits:
    """Counts allowances that outlive the process in a lasting store too (U3).

    A store that forgets, or that each process has for itself, would let guesses of passwords
    through. The quick store is asked first: what it refuses costs the lasting one nothing.
    """

    quick: RateLimits
    lasting: RateLimits

    def hit(self, tally: Tally) -> Verdict:
        """Count one, unless a store has no room; raises Unavailable without the lasting one."""
        verdict = self.quick.hit(tally)
        if not (verdict.allowed and tally.allowance.outlives_us):
            return verdict
        return strictest((verdict, self.lasting.hit(tally)))

    def look(self, tally: Tally) -> Verdict:
        verdict = self.quick.look(tally)
        if not (verdict.allowed and tally.allowance.outlives_us):
            return verdict
        return strictest((verdict, self.lasting.look(tally)))

    def counting(self) -> Counting:
        return self.quick.counting()


@define(eq=False)
class FallbackCacheStore:
    """Keeps entries in the store that processes share; while it is lost, in this process."""

    shared: CacheStore
    own: LocalCacheStore
    _own_is_used: bool = field(default=False, init=False)

    def get(self, key: CacheKey) -> bytes | None:
        try:
            value = self.shared.get(key)
        except Unavailable:
            self._own_is_used = True
            return self.own.get(key)
        self._clear_own()
        return value

    def put(self, key: CacheKey, value: bytes) -> None:
        try:
            self.shared.put(key, value)
        except Unavailable:
            self.own.put(key, value)

    def _clear_own(self) -> None:
        """Drop this process's entries once the shared store is back: its own will be newer."""
        if self._own_is_used:
            self._own_is_used = False
            self.own.clear()
