"""The cache over any store: an entry that many callers want at once is made once."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import Future
from typing import TYPE_CHECKING

from attrs import define, field

from clientupdater.ports.cache import Topic, Uses

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from clientupdater.ports.cache import CacheKey, CacheStore


@define(eq=False)
class Cache:
    """Looks into the store, and makes what it lacks; other threads wait for the one that makes."""

    store: CacheStore
    _lock: threading.Lock = field(factory=threading.Lock, init=False, repr=False)
    _flights: dict[CacheKey, Future[bytes]] = field(factory=dict, init=False, repr=False)
    _uses: Counter[tuple[Topic, bool]] = field(factory=Counter, init=False, repr=False)

    def get_or_make(self, key: CacheKey, make: Callable[[], bytes]) -> bytes:
        """Give an entry; make it where there is none.

        An exception of `make` reaches every caller that waits for it, and nothing is kept. `make`
        reads from the database that the generation came from, not from a replica behind it. Never
        call this within a unit of work: others would wait for it while it waits for a connection.
        No entry holds a pension number (C3).
        """
        value = self.store.get(key)
        self._count(key.topic, is_hit=value is not None)
        if value is not None:
            return value
        mine: Future[bytes] = Future()
        with self._lock:
            first = self._flights.setdefault(key, mine)
        return self._fly(key, mine, make) if first is mine else first.result()

    def uses(self) -> Mapping[Topic, Uses]:
        """Count hits and misses since the process began."""
        with self._lock:
            return {
                topic: Uses(self._uses[topic, True], self._uses[topic, False]) for topic in Topic
            }

    def _fly(self, key: CacheKey, mine: Future[bytes], make: Callable[[], bytes]) -> bytes:
        try:
            value = self._made(key, make)
        except BaseException as error:
            mine.set_exception(error)
            raise
        else:
            mine.set_result(value)
            return value
        finally:
            with self._lock:
                del self._flights[key]

    def _made(self, key: CacheKey, make: Callable[[], bytes]) -> bytes:
        # Another thread may have made it between our look and our flight: look once more.
        value = self.store.get(key)
        if value is None:
            value = make()
            self.store.put(key, value)
        return value

    def _count(self, topic: Topic, *, is_hit: bool) -> None:
        with self._lock:
            self._uses[topic, is_hit] += 1
