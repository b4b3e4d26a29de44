"""Cache entries in one process, in bounded memory."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientupdater.ports.cache import CacheKey

MOST_BYTES = 16 * 2**20
ENTRY_BYTES = 500
"""The memory that an entry takes beside its value, about."""


class _Entry(NamedTuple):
    value: bytes
    expires_at: float


@define(eq=False)
class LocalCacheStore:
    """Keeps the entries used last, as many as there is room for."""

    most_bytes: int = MOST_BYTES
    now: Callable[[], float] = time.monotonic
    _lock: threading.Lock = field(factory=threading.Lock, init=False, repr=False)
    _entries: OrderedDict[CacheKey, _Entry] = field(factory=OrderedDict, init=False, repr=False)
    _bytes: int = field(default=0, init=False)

    def get(self, key: CacheKey) -> bytes | None:
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            if self.now() >= entry.expires_at:
                self._drop(key)
                return None
            self._entries.move_to_end(key)
            return entry.value

    def put(self, key: CacheKey, value: bytes) -> None:
        """Keep an entry; those not used for longest make room."""
        with self._lock:
            if _size(value) > self.most_bytes:
                return
            self._drop(key)
            expires_at = self.now() + key.topic.lifetime.total_seconds()
            self._entries[key] = _Entry(value, expires_at)
            self._bytes += _size(value)
            while self._bytes > self.most_bytes:
                self._drop(next(iter(self._entries)))

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self._bytes = 0

    def _drop(self, key: CacheKey) -> None:
        if entry := self._entries.pop(key, None):
            self._bytes -= _size(entry.value)


def _size(value: bytes) -> int:
    return len(value) + ENTRY_BYTES
