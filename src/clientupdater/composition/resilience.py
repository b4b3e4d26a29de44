"""Redis, rate limits, the cache and circuits, with what takes their place when Redis is away."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from clientupdater.adapters.local.cache import LocalCacheStore
from clientupdater.adapters.local.limits import MemoryRateLimits
from clientupdater.adapters.postgres.core.rate_limits import PostgresRateLimits
from clientupdater.adapters.redis.cache import RedisCacheStore
from clientupdater.adapters.redis.circuits import RedisCircuits
from clientupdater.adapters.redis.client import RedisClient
from clientupdater.adapters.redis.limits import RedisRateLimits
from clientupdater.adapters.resilience.circuits import Circuit, Threshold
from clientupdater.adapters.resilience.fallback import (
    DurableRateLimits,
    FallbackCacheStore,
    FallbackRateLimits,
)
from clientupdater.composition.keys import caller_hash, key_ring
from clientupdater.usecases.requests.cache import Cache

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.adapters.postgres.core.unit_of_work import Pool
    from clientupdater.composition.parts import Parts
    from clientupdater.ports.cache import CacheStore
    from clientupdater.ports.rate_limits import RateLimits
    from clientupdater.settings import Settings


@contextmanager
def open_redis(url: str | None) -> Iterator[RedisClient | None]:
    """Connect to Redis, or yield None where none is configured."""
    if url is None:
        yield None
        return
    redis_client = RedisClient.to(url)
    try:
        yield redis_client
    finally:
        redis_client.close()


def shared_parts(settings: Settings, pool: Pool, redis_client: RedisClient | None) -> Parts:
    """Share by Redis where it is configured; lasting limits are counted in the database."""
    hashed = caller_hash(settings)
    limits: RateLimits = MemoryRateLimits()
    own = LocalCacheStore()
    store: CacheStore = own
    if redis_client:
        limits = FallbackRateLimits(RedisRateLimits(redis_client, hashed), limits)
        store = FallbackCacheStore(RedisCacheStore(redis_client, key_ring(settings)), own)
    return {
        "limits": DurableRateLimits(limits, PostgresRateLimits(pool, hashed)),
        "probe_limits": MemoryRateLimits(),
        "cache": Cache(store),
        "near_cache": Cache(LocalCacheStore()),
    }


def circuits(settings: Settings, redis_client: RedisClient | None) -> tuple[Circuit, ...]:
    """Make a circuit for each source that is called over a network (Y12)."""
    shared = RedisCircuits(redis_client) if redis_client else None
    values = {
        "snowflake": (
            settings.circuit_snowflake_threshold,
            settings.circuit_snowflake_cooldown_ms,
            3,
        ),
        "nextbank": (settings.circuit_nextbank_threshold, settings.circuit_nextbank_cooldown_ms, 2),
    }
    return tuple(
        Circuit(name, Threshold(failures, timedelta(milliseconds=cooldown_ms), successes), shared)
        for name, (failures, cooldown_ms, successes) in values.items()
    )
