"""Cache entries in one process, in bounded memory."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from attrs import define, field

from clientupdater.adapters.resilience.epochs import new_fence
from clientupdater.ports.cache import Kept

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientupdater.ports.cache import CacheKey, Topic

MOST_BYTES = 16 * 2**20
ENTRY_BYTES = 500
"""What an entry costs beside its value, about."""


class _Entry(NamedTuple):
    value: bytes
    fence: bytes
    good_until: float


@define(eq=False)
class MemoryShelf:
    """Keeps what was used last, as much as there is room for."""

    most_bytes: int = MOST_BYTES
    now: Callable[[], float] = time.monotonic
    _turn: threading.Lock = field(factory=threading.Lock, init=False, repr=False)
    _entries: OrderedDict[CacheKey, _Entry] = field(factory=OrderedDict, init=False, repr=False)
    _fences: defaultdict[Topic, bytes] = field(
        factory=lambda: defaultdict(new_fence), init=False, repr=False
    )
    _bytes: int = field(default=0, init=False)

    def find(self, key: CacheKey) -> Kept:
        """Look for an entry."""
        with self._turn:
            fence, entry = self._fences[key.topic], self._entries.get(key)
            if entry is None:
                return Kept(None, fence)
            if entry.fence != fence or self.now() >= entry.good_until:
                self._drop(key)
                return Kept(None, fence)
            self._entries.move_to_end(key)
            return Kept(entry.value, fence)

    def keep(self, key: CacheKey, value: bytes, fence: bytes) -> None:
        """Keep one, unless its fence was moved; what was not used for longest makes room."""
        with self._turn:
            if fence != self._fences[key.topic] or _size(value) > self.most_bytes:
                return
            self._drop(key)
            good_until = self.now() + key.topic.lifetime.total_seconds()
            self._entries[key] = _Entry(value, fence, good_until)
            self._bytes += _size(value)
            while self._bytes > self.most_bytes:
                self._drop(next(iter(self._entries)))

    def move_fence(self, topic: Topic) -> None:
        """Let nothing count that is kept of a topic; it is dropped when it is come across."""
        with self._turn:
            self._fences[topic] = new_fence()

    def _drop(self, key: CacheKey) -> None:
        if entry := self._entries.pop(key, None):
            self._bytes -= _size(entry.value)


def _size(value: bytes) -> int:
    return len(value) + ENTRY_BYTES
