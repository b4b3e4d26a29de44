"""Ports that go on when what processes share is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, field, frozen

from clientupdater.domain.errors import Unavailable
from clientupdater.domain.rate_limits import strictest
from clientupdater.ports.cache import Topic

if TYPE_CHECKING:
    from clientupdater.domain.rate_limits import Tally, Verdict
    from clientupdater.ports.cache import CacheEntry, CacheKey, CacheStore
    from clientupdater.ports.limits import Counting, RateLimits


@frozen
class FallbackRateLimits:
    """Counts with all other processes; while that is lost, in this one."""

    shared: RateLimits
    own: RateLimits

    def hit(self, tally: Tally) -> Verdict:
        """Count one, unless there is no room; it never raises for what is shared."""
        try:
            return self.shared.hit(tally)
        except Unavailable:
            return self.own.hit(tally)

    def look(self, tally: Tally) -> Verdict:
        """Say whether there is room."""
        try:
            return self.shared.look(tally)
        except Unavailable:
            return self.own.look(tally)

    def counting(self) -> Counting:
        """Tell who counts."""
        return self.shared.counting()


@frozen
class DurableRateLimits:
    """Counts what must not be forgotten in a store that forgets nothing, too (U3).

    What forgets when Redis is down, or counts in each process for itself, would let guesses
    through. The quick one is asked first: what it refuses costs the lasting one nothing.
    """

    quick: RateLimits
    lasting: RateLimits

    def hit(self, tally: Tally) -> Verdict:
        """Count one, unless there is no room in either; raises Unavailable for the lasting one."""
        verdict = self.quick.hit(tally)
        if not (verdict.allowed and tally.allowance.outlives_us):
            return verdict
        return strictest((verdict, self.lasting.hit(tally)))

    def look(self, tally: Tally) -> Verdict:
        """Say whether there is room in both."""
        verdict = self.quick.look(tally)
        if not (verdict.allowed and tally.allowance.outlives_us):
            return verdict
        return strictest((verdict, self.lasting.look(tally)))

    def counting(self) -> Counting:
        """Tell who counts what need not last."""
        return self.quick.counting()


@define(eq=False)
class FallbackCacheStore:
    """Keeps entries with all other processes; while that is lost, in this one.

    A fence is only ever good on the shelf that it came from, so what was begun on one and is put
    on the other counts on neither.
    """

    shared: CacheStore
    own: CacheStore
    _own_is_of_before: bool = field(default=False, init=False)

    def find(self, key: CacheKey) -> CacheEntry:
        """Look for an entry."""
        try:
            result = self.shared.find(key)
        except Unavailable:
            self._own_is_of_before = True
            return self.own.find(key)
        self._leave_own()
        return result

    def keep(self, key: CacheKey, value: bytes, epoch: bytes) -> None:
        """Keep an entry."""
        try:
            self.shared.keep(key, value, epoch)
        except Unavailable:
            self.own.keep(key, value, epoch)

    def advance_epoch(self, topic: Topic) -> None:
        """Let nothing count on either; the shared one makes up for it when it is back."""
        self.own.advance_epoch(topic)
        try:
            self.shared.advance_epoch(topic)
        except Unavailable:
            return

    def _leave_own(self) -> None:
        """Back with the others, trust nothing of the time alone: they may have forgotten it."""
        if self._own_is_of_before:
            self._own_is_of_before = False
            for topic in Topic:
                self.own.advance_epoch(topic)
