"""Rate limits that count the hits of all processes together, in Redis."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from attrs import define, field

from clientupdater.domain.rate_limits import SECOND, Count
from clientupdater.ports.rate_limits import Counting

if TYPE_CHECKING:
    from collections.abc import Callable

    from limits import RateLimitItem
    from limits.storage import RedisStorage
    from limits.strategies import SlidingWindowCounterRateLimiter

    from clientupdater.adapters.redis.client import RedisClient
    from clientupdater.adapters.security.keyed_hash import KeyedHash
    from clientupdater.domain.rate_limits import Allowance, Tally, Verdict

NAMESPACE = "clientupdater"


@define(eq=False)
class RedisRateLimits:
    """Counts in Redis, by the clock of Redis."""

    redis_client: RedisClient
    fingerprint: KeyedHash
    _storage: RedisStorage = field(init=False, repr=False)
    _counter: SlidingWindowCounterRateLimiter = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Give our connections to the library, which would make its own."""
        # Importing it takes as long as a command of ours: only where there is a Redis.
        from limits.storage import RedisStorage  # noqa: PLC0415
        from limits.strategies import SlidingWindowCounterRateLimiter  # noqa: PLC0415

        pool = self.redis_client.client.connection_pool
        self._storage = RedisStorage("redis://", connection_pool=pool)
        self._counter = SlidingWindowCounterRateLimiter(self._storage)

    def hit(self, tally: Tally) -> Verdict:
        return self._judged(tally, self._counter.hit)

    def look(self, tally: Tally) -> Verdict:
        return self._judged(tally, self._counter.test)

    def _judged(self, tally: Tally, ask: Callable[[RateLimitItem, str], bool]) -> Verdict:
        item = _item(tally.allowance)
        whose = self.fingerprint.of((tally.allowance.name, *tally.of)).hex()
        allowed, count = self.redis_client.ask(
            lambda _: (ask(item, whose), self._count(item, whose))
        )
        return count.verdict(tally.allowance, time.time_ns() // 1000, allowed=allowed)

    def counting(self) -> Counting:
        return Counting.SHARED if self.redis_client.is_open else Counting.IN_PROCESS

    def _count(self, item: RateLimitItem, whose: str) -> Count:
        key, seconds = item.key_for(whose), item.get_expiry()
        before, fades_in, running, kept_for = self._storage.get_sliding_window(key, seconds)
        # The running window is kept for one more span, in which it will be the one before.
        rolls_in = kept_for - seconds if kept_for > seconds else fades_in
        exact = min(max(int(rolls_in * SECOND), 1), seconds * SECOND)
        return Count(before, running, exact)


def _item(allowance: Allowance) -> RateLimitItem:
    from limits import RateLimitItemPerSecond  # noqa: PLC0415 — as above

    return RateLimitItemPerSecond(allowance.amount, allowance.span // SECOND, NAMESPACE)
