"""The cache over any shelf: what many ask for at once is made once."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeAlias

from attrs import define, field

from clientupdater.ports.cache import Topic, Uses

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from clientupdater.ports.cache import CacheKey, CacheStore

_Flight: TypeAlias = "tuple[CacheKey, bytes]"


@define(eq=False)
class SingleFlight:
    """Looks on the shelf, and makes what is not there; the others of this process wait for it.

    Who comes after the topic was forgotten waits for nobody who began before: the fence that was
    seen belongs to what is flown for.
    """

    store: CacheStore
    _turn: threading.Lock = field(factory=threading.Lock, init=False, repr=False)
    _flights: dict[_Flight, Future[bytes]] = field(factory=dict, init=False, repr=False)
    _uses: Counter[tuple[Topic, bool]] = field(factory=Counter, init=False, repr=False)

    def get_or_make(self, key: CacheKey, make: Callable[[], bytes]) -> bytes:
        """Give an entry; make it where there is none, or wait for who makes it already."""
        result = self.store.find(key)
        if result.value is not None:
            self._note(key.topic, was_there=True)
            return result.value
        self._note(key.topic, was_there=False)
        flight = key, result.epoch
        mine: Future[bytes] = Future()
        with self._turn:
            first = self._flights.setdefault(flight, mine)
        return self._fly(flight, mine, make) if first is mine else first.result()

    def forget(self, topic: Topic) -> None:
        """Let no entry of a topic count any more, also those being made."""
        self.store.advance_epoch(topic)

    def uses(self) -> Mapping[Topic, Uses]:
        """Tell how often it was of use."""
        with self._turn:
            return {
                topic: Uses(self._uses[topic, True], self._uses[topic, False]) for topic in Topic
            }

    def _fly(self, flight: _Flight, mine: Future[bytes], make: Callable[[], bytes]) -> bytes:
        try:
            value = self._landed(flight[0], make)
        except BaseException as error:
            mine.set_exception(error)
            raise
        else:
            mine.set_result(value)
            return value
        finally:
            with self._turn:
                del self._flights[flight]

    def _landed(self, key: CacheKey, make: Callable[[], bytes]) -> bytes:
        # Somebody may have landed between our look and our turn: look once more.
        result = self.store.find(key)
        if result.value is not None:
            return result.value
        value = make()
        self.store.keep(key, value, result.epoch)
        return value

    def _note(self, topic: Topic, *, was_there: bool) -> None:
        with self._turn:
            self._uses[topic, was_there] += 1
