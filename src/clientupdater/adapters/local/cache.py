"""Cache entries in one process, in bounded memory."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from attrs import define, field

from clientupdater.adapters.resilience.epochs import new_epoch
from clientupdater.ports.cache import CacheEntry

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientupdater.ports.cache import CacheKey, Topic

MOST_BYTES = 16 * 2**20
ENTRY_BYTES = 500
"""What an entry costs beside its value, about."""


class _Entry(NamedTuple):
    value: bytes
    epoch: bytes
    good_until: float


@define(eq=False)
class LocalCacheStore:
    """Keeps what was used last, as much as there is room for."""

    most_bytes: int = MOST_BYTES
    now: Callable[[], float] = time.monotonic
    _turn: threading.Lock = field(factory=threading.Lock, init=False, repr=False)
    _entries: OrderedDict[CacheKey, _Entry] = field(factory=OrderedDict, init=False, repr=False)
    _fences: defaultdict[Topic, bytes] = field(
        factory=lambda: defaultdict(new_epoch), init=False, repr=False
    )
    _bytes: int = field(default=0, init=False)

    def find(self, key: CacheKey) -> CacheEntry:
        """Look for an entry."""
        with self._turn:
            epoch, entry = self._fences[key.topic], self._entries.get(key)
            if entry is None:
                return CacheEntry(None, epoch)
            if entry.epoch != epoch or self.now() >= entry.good_until:
                self._drop(key)
                return CacheEntry(None, epoch)
            self._entries.move_to_end(key)
            return CacheEntry(entry.value, epoch)

    def keep(self, key: CacheKey, value: bytes, epoch: bytes) -> None:
        """Keep one, unless its fence was moved; what was not used for longest makes room."""
        with self._turn:
            if epoch != self._fences[key.topic] or _size(value) > self.most_bytes:
                return
            self._drop(key)
            good_until = self.now() + key.topic.lifetime.total_seconds()
            self._entries[key] = _Entry(value, epoch, good_until)
            self._bytes += _size(value)
            while self._bytes > self.most_bytes:
                self._drop(next(iter(self._entries)))

    def advance_epoch(self, topic: Topic) -> None:
        """Let nothing count that is kept of a topic; it is dropped when it is come across."""
        with self._turn:
            self._fences[topic] = new_epoch()

    def _drop(self, key: CacheKey) -> None:
        if entry := self._entries.pop(key, None):
            self._bytes -= _size(entry.value)


def _size(value: bytes) -> int:
    return len(value) + ENTRY_BYTES
