"""Read the process's gauges: rate limits, circuits and caches."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.ports.circuits import CircuitState
from clientupdater.ports.gauges import GaugeReading
from clientupdater.ports.rate_limits import Counting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from clientupdater.ports.cache import Topic
    from clientupdater.ports.circuits import CircuitReader
    from clientupdater.ports.gauges import Gauges
    from clientupdater.ports.rate_limits import RateLimits
    from clientupdater.usecases.requests.cache import Cache


@frozen
class ReadGauges:
    """Reads values in memory only, so it never waits for a service."""

    limits: RateLimits
    caches: tuple[Cache, ...]
    circuits: tuple[CircuitReader, ...] = ()
    others: tuple[Gauges, ...] = ()

    def __call__(self) -> Iterable[GaugeReading]:
        """Read all of them."""
        for read in self.others:
            yield from read()
        counting = self.limits.counting()
        for each in Counting:
            yield GaugeReading("limits_counted_by", each is counting, (str(each),))
        for read_circuit in self.circuits:
            result = read_circuit()
            is_open = result.state is not CircuitState.CLOSED
            yield GaugeReading("circuit_open", is_open, (result.name,))
        yield from self._caches()

    def _caches(self) -> Iterator[GaugeReading]:
        hits: Counter[Topic] = Counter()
        misses: Counter[Topic] = Counter()
        for cache in self.caches:
            for topic, uses in cache.uses().items():
                hits[topic] += uses.hits
                misses[topic] += uses.misses
        for topic in hits:
            yield GaugeReading("cache_hits", hits[topic], (str(topic),))
            yield GaugeReading("cache_misses", misses[topic], (str(topic),))
