"""Rate limits that count the hits of all processes together, in Redis."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from clientupdater.domain.rate_limits import SECOND, Count
from clientupdater.ports.rate_limits import Counting

if TYPE_CHECKING:
    from collections.abc import Callable

    from limits import RateLimitItem
    from limits.storage import RedisStorage
    from limits.strategies import SlidingWindowCounterRateLimiter

    from clientupdater.adapters.redis.client import RedisClient
    from clientupdater.adapters.redis.connect import Client
    from clientupdater.adapters.security.keyed_hash import KeyedHash
    from clientupdater.domain.rate_limits import Allowance, Tally, Verdict

NAMESPACE = "clientupdater"


@define(eq=False)
class RedisRateLimits:
    """Counts in Redis, by the clock of Redis."""

    redis_client: RedisClient
    fingerprint: KeyedHash
    _windows: _Windows | None = field(default=None, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Import the library now: the first request would wait for it."""
        import limits.storage  # noqa: PLC0415
        import limits.strategies  # noqa: F401, PLC0415

    def hit(self, tally: Tally) -> Verdict:
        return self._judged(tally, lambda counter: counter.hit)

    def look(self, tally: Tally) -> Verdict:
        return self._judged(tally, lambda counter: counter.test)

    def _judged(
        self, tally: Tally, ask: Callable[[SlidingWindowCounterRateLimiter], Callable[..., bool]]
    ) -> Verdict:
        item = _item(tally.allowance)
        whose = self.fingerprint.of((tally.allowance.name, *tally.of)).hex()

        def judged(client: Client) -> tuple[bool, Count]:
            windows = self._windows_of(client)
            return ask(windows.counter)(item, whose), windows.count(item, whose)

        allowed, count = self.redis_client.ask(judged)
        return count.verdict(tally.allowance, time.time_ns() // 1000, allowed=allowed)

    def _windows_of(self, client: Client) -> _Windows:
        if self._windows is None:
            self._windows = _Windows.over(client)
        return self._windows

    def counting(self) -> Counting:
        return Counting.SHARED if self.redis_client.is_open else Counting.IN_PROCESS


@frozen
class _Windows:
    """The windows that the library counts in."""

    storage: RedisStorage
    counter: SlidingWindowCounterRateLimiter

    @classmethod
    def over(cls, client: Client) -> _Windows:
        """Give our client to the library, which would make its own."""
        # Importing it takes as long as a command of ours: only where there is a Redis.
        from limits.storage import RedisStorage  # noqa: PLC0415
        from limits.strategies import SlidingWindowCounterRateLimiter  # noqa: PLC0415

        storage = RedisStorage("redis://")
        storage.storage = client
        storage.initialize_storage("")
        return cls(storage, SlidingWindowCounterRateLimiter(storage))

    def count(self, item: RateLimitItem, whose: str) -> Count:
        key, seconds = item.key_for(whose), item.get_expiry()
        before, fades_in, running, kept_for = self.storage.get_sliding_window(key, seconds)
        # The running window is kept for one more span, in which it will be the one before.
        rolls_in = kept_for - seconds if kept_for > seconds else fades_in
        exact = min(max(int(rolls_in * SECOND), 1), seconds * SECOND)
        return Count(before, running, exact)


def _item(allowance: Allowance) -> RateLimitItem:
    from limits import RateLimitItemPerSecond  # noqa: PLC0415 — as above

    return RateLimitItemPerSecond(allowance.amount, allowance.span // SECOND, NAMESPACE)
