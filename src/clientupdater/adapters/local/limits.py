"""Rate limits that count in one process.

The memory store of the `limits` library starts a thread every few hits, looks at every key then,
and grows with the number of callers; this one does none of it.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from attrs import define, field

from clientupdater.domain.rate_limits import counted_at
from clientupdater.ports.rate_limits import Counting

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientupdater.domain.rate_limits import Tally, Verdict

MOST_CALLERS = 50_000
"""Callers counted at most, the latest ones, which takes some twenty megabytes."""


class _Numbers(NamedTuple):
    window: int
    running: int
    before: int


def _wall_clock() -> int:
    return time.time_ns() // 1000


def _key_of(tally: Tally) -> bytes:
    """Make one key of few bytes, however long the text that a caller typed."""
    text = "\0".join((tally.allowance.name, *tally.of))
    return blake2b(text.encode(errors="surrogatepass"), digest_size=16).digest()


@define(eq=False)
class MemoryRateLimits:
    """Counts for this process alone."""

    most: int = MOST_CALLERS
    now: Callable[[], int] = _wall_clock
    """Microseconds since 1970."""
    _lock: threading.Lock = field(factory=threading.Lock, init=False, repr=False)
    _kept: OrderedDict[bytes, _Numbers] = field(factory=OrderedDict, init=False, repr=False)

    def hit(self, tally: Tally) -> Verdict:
        return self._judged(tally, is_counted=True)

    def look(self, tally: Tally) -> Verdict:
        return self._judged(tally, is_counted=False)

    def _judged(self, tally: Tally, *, is_counted: bool) -> Verdict:
        allowance, span = tally.allowance, tally.allowance.span
        key = _key_of(tally)
        with self._lock:
            now = self.now()
            numbers = self._kept.get(key) or _Numbers(now // span, 0, 0)
            count = counted_at(now, span, *numbers)
            allowed = count.has_room(allowance)
            if allowed and is_counted:
                count = count.after_one_more()
                # After the clock was set back, the window that it came from goes on.
                window = max(numbers.window, now // span)
                self._keep(key, _Numbers(window, count.running, count.before))
        return count.verdict(allowance, now, allowed=allowed)

    def counting(self) -> Counting:
        return Counting.IN_PROCESS

    def _keep(self, key: bytes, numbers: _Numbers) -> None:
        self._kept[key] = numbers
        self._kept.move_to_end(key)
        if len(self._kept) > self.most:
            self._kept.popitem(last=False)
