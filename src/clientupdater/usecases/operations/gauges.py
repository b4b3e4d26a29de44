"""Read how things stand inside: who counts requests, of what use the caches are."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.ports.circuits import CircuitState
from clientupdater.ports.gauges import Reading
from clientupdater.ports.limits import Counting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from clientupdater.ports.cache import Cache, Topic
    from clientupdater.ports.circuits import CircuitReader
    from clientupdater.ports.gauges import Readings
    from clientupdater.ports.limits import RateLimits


@frozen
class ReadMeters:
    """Asks nobody who might not answer."""

    limits: RateLimits
    caches: tuple[Cache, ...]
    circuits: tuple[CircuitReader, ...] = ()
    others: tuple[Readings, ...] = ()

    def __call__(self) -> Iterable[Reading]:
        """Read all of them."""
        for read in self.others:
            yield from read()
        counting = self.limits.counting()
        for each in Counting:
            yield Reading("limits_counted_by", each is counting, (str(each),))
        for read_circuit in self.circuits:
            found = read_circuit()
            is_open = found.state is not CircuitState.CLOSED
            yield Reading("circuit_open", is_open, (found.name,))
        yield from self._caches()

    def _caches(self) -> Iterator[Reading]:
        hits: Counter[Topic] = Counter()
        misses: Counter[Topic] = Counter()
        for cache in self.caches:
            for topic, uses in cache.uses().items():
                hits[topic] += uses.hits
                misses[topic] += uses.misses
        for topic in hits:
            yield Reading("cache_hits", hits[topic], (str(topic),))
            yield Reading("cache_misses", misses[topic], (str(topic),))
