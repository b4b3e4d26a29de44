"""Measure what a lost Redis costs: prints lines and writes them as JSON.

    .venv/bin/python bench/bench_redis_faults.py

A call is one request's worth: a hit counted, and an entry looked for. The first is judged by its
worst, of thirty times that Redis was lost; those after it, a thousand each time, but for one in a
hundred: they take microseconds, and the slowest show how long the machine did something else.
Beside it stands what the same costs where nothing is lost. Absolute figures are the machine's.
"""

from __future__ import annotations

import statistics
import sys
import time
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import frozen

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.lines import Line, facts, report
from tests.support import servers
from tests.support.lost_redis import hanging, running, stopped, url_at
from tests.support.pools import Pool, pool_on
from tests.support.servers import Database

from clientupdater.adapters.local.cache import LocalCacheStore
from clientupdater.adapters.local.limits import MemoryRateLimits
from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.adapters.postgres.core.rate_limits import PostgresRateLimits
from clientupdater.adapters.redis.cache import RedisCacheStore
from clientupdater.adapters.redis.client import RedisClient
from clientupdater.adapters.redis.limits import RedisRateLimits
from clientupdater.adapters.resilience.fallback import FallbackCacheStore, FallbackRateLimits
from clientupdater.adapters.security.key_ring import KeyRing
from clientupdater.adapters.security.keyed_hash import KeyedHash
from clientupdater.domain.rate_limits import Allowance, Tally
from clientupdater.ports.cache import EVERYONE, CacheKey, Topic
from clientupdater.usecases.requests.cache import Cache

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clientupdater.ports.cache import CacheStore
    from clientupdater.ports.rate_limits import RateLimits

FIRST_MS, NEXT_MS = 50.0, 1.0
TIMES, CALLS = 30, 1000
HASH, RING = KeyedHash(), KeyRing.made_up()
TALLY = Tally(Allowance("read", 10**9, timedelta(minutes=1)), ("somebody",))
KEY = CacheKey(topic=Topic.FILTER_OPTIONS, scope=EVERYONE, generation=1)
VALUE = b"x" * 4096


@frozen
class Request:
    """What of one request goes to Redis."""

    limits: RateLimits
    cache: Cache

    @classmethod
    def over(cls, redis_client: RedisClient) -> Request:
        """Put it together as the composition does."""
        return cls(
            FallbackRateLimits(RedisRateLimits(redis_client, HASH), MemoryRateLimits()),
            Cache(FallbackCacheStore(RedisCacheStore(redis_client, RING), LocalCacheStore())),
        )

    def __call__(self) -> float:
        """Make the calls; return the milliseconds that they took."""
        began = time.perf_counter()
        self.limits.hit(TALLY)
        self.cache.get_or_make(KEY, lambda: VALUE)
        return (time.perf_counter() - began) * 1000


@contextmanager
def asking(port: int) -> Iterator[Request]:
    """Ask through a gate that does not look again while this measures."""
    redis_client = RedisClient.to(url_at(port), looking_every=3600)
    yield Request.over(redis_client)
    redis_client.close()


def lost() -> Iterator[tuple[str, list[float], list[float]]]:
    """Lose Redis in each way, again and again: what the first call took, and those after it."""
    for name, lose in (("down", _down), ("hanging", _hanging), ("stopped in use", _stopped)):
        first: list[float] = []
        after: list[float] = []
        for _ in range(TIMES):
            with lose() as request:
                first.append(request())
                after.extend(request() for _ in range(CALLS))
        yield name, first, after


@contextmanager
def _down() -> Iterator[Request]:
    with asking(servers.free_port()) as request:
        yield request


@contextmanager
def _hanging() -> Iterator[Request]:
    port = servers.free_port()
    with hanging(port), asking(port) as request:
        yield request


@contextmanager
def _stopped() -> Iterator[Request]:
    port = servers.free_port()
    with running(port) as server, asking(port) as request:
        request()
        with stopped(server):
            yield request


def costs() -> Iterator[tuple[str, float]]:
    """Measure the median of each step in milliseconds, where nothing is lost."""
    with ExitStack() as stack:
        port = servers.free_port()
        stack.enter_context(running(port))
        redis_client = RedisClient.to(url_at(port))
        stack.callback(redis_client.close)
        yield "hit in memory", _median(_hitting(MemoryRateLimits()))
        yield "hit in Redis", _median(_hitting(RedisRateLimits(redis_client, HASH)))
        pool = stack.enter_context(_pool())
        yield "hit in PostgreSQL", _median(_hitting(PostgresRateLimits(pool, HASH)))
        yield "entry of 4 KiB in memory", _median(_finding(LocalCacheStore()))
        yield "entry of 4 KiB in Redis", _median(_finding(RedisCacheStore(redis_client, RING)))


@contextmanager
def _pool() -> Iterator[Pool]:
    with servers.postgres() as cluster:
        cluster.create_database("limits")
        database = Database.on(cluster, "limits")
        PostgresMaintenance(database.owner_url).migrate()
        with pool_on(database.worker_url) as pool:
            yield pool
        cluster.drop_database("limits")


def _hitting(limits: RateLimits) -> Callable[[], object]:
    return lambda: limits.hit(TALLY)


def _finding(store: CacheStore) -> Callable[[], object]:
    cache = Cache(store)
    return lambda: cache.get_or_make(KEY, lambda: VALUE)


def _median(step: Callable[[], object]) -> float:
    taken = []
    for _ in range(CALLS):
        began = time.perf_counter()
        step()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def _nearly_all(taken: list[float]) -> float:
    return sorted(taken)[int(len(taken) * 0.99)]


def _lines() -> Iterator[Line]:
    for name, first, after in lost():
        yield Line(f"{name}, first call, ms", max(first), None, FIRST_MS, at_least=False)
        worst = _nearly_all(after)
        yield Line(f"{name}, next calls, ms", worst, None, NEXT_MS, at_least=False)
        yield Line(f"{name}, next calls, median, ms", statistics.median(after))
    for name, median in costs():
        yield Line(f"{name}, median, ms", median)


@click.command()
@click.option("--json", "path", type=click.Path(path_type=Path), default="bench/redis_faults.json")
def main(path: Path) -> None:
    """Measure, print the lines and write them as JSON."""
    report(_lines(), path, **facts())


if __name__ == "__main__":
    main()
