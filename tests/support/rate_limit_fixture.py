"""Every store of rate limits, and a way to read its contents."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
import redis
from attrs import frozen

from clientupdater.adapters.local.limits import MemoryRateLimits
from clientupdater.adapters.postgres.core.rate_limits import PostgresRateLimits
from clientupdater.adapters.redis.client import RedisClient
from clientupdater.adapters.redis.connect import Patience
from clientupdater.adapters.redis.limits import RedisRateLimits
from clientupdater.adapters.resilience.fallback import DurableRateLimits, FallbackRateLimits
from clientupdater.adapters.security.keyed_hash import KeyedHash
from tests.support.pools import pool_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

    from clientupdater.ports.rate_limits import RateLimits

HASH = KeyedHash(b"k" * 32)
KINDS = ("memory", "redis", "postgres", "falling back", "lasting")


@frozen
class Counter:
    """A store of rate limits, and a function that reads all of its contents."""

    limits: RateLimits
    written: Callable[[], str]


@contextmanager
def counter(kind: str, request: pytest.FixtureRequest) -> Iterator[Counter]:
    """Open one."""
    if kind == "memory":
        memory = MemoryRateLimits()
        yield Counter(memory, lambda: repr(memory._kept))  # noqa: SLF001 — what it keeps
    elif kind == "redis":
        with _redis(request.getfixturevalue("redis_url")) as result:
            yield result
    elif kind == "postgres":
        with _postgres(request) as result:
            yield result
    elif kind == "falling back":
        with _redis(request.getfixturevalue("redis_url")) as shared:
            limits = FallbackRateLimits(shared.limits, MemoryRateLimits())
            yield Counter(limits, shared.written)
    else:
        with _postgres(request) as lasting:
            yield Counter(DurableRateLimits(MemoryRateLimits(), lasting.limits), lasting.written)


@contextmanager
def _redis(url: str) -> Iterator[Counter]:
    redis_client = RedisClient.to(url, patience=Patience(5, 5))

    def written() -> str:
        with redis.Redis.from_url(url) as client:
            return repr([(key, client.get(key)) for key in client.scan_iter("*")])

    try:
        yield Counter(RedisRateLimits(redis_client, HASH), written)
    finally:
        redis_client.close()


@contextmanager
def _postgres(request: pytest.FixtureRequest) -> Iterator[Counter]:
    database = request.getfixturevalue("database")

    def written() -> str:
        with psycopg.connect(database.superuser_url) as connection:
            rows = connection.execute("select k::text from rate_limit_counts k").fetchall()
        return repr([bytes.fromhex(row.split(",")[0].split("x")[1].strip('"')) for (row,) in rows])

    with pool_on(database.worker_url, 1, 4) as pool:
        yield Counter(PostgresRateLimits(pool, HASH), written)
