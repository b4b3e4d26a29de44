"""What processes share, and what they fall back to: Redis, limits, the cache, circuits."""

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
from clientupdater.adapters.resilience.circuits import Circuit, NoSharedCircuits, Threshold
from clientupdater.adapters.resilience.fallback import (
    DurableRateLimits,
    FallbackCacheStore,
    FallbackRateLimits,
)
from clientupdater.adapters.resilience.single_flight import SingleFlight
from clientupdater.app import SharedState
from clientupdater.composition.keys import caller_hash, key_ring
from clientupdater.domain.rate_limits import Allowances

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.adapters.postgres.core.unit_of_work import Pool
    from clientupdater.ports.cache import Cache, CacheStore
    from clientupdater.ports.limits import RateLimits
    from clientupdater.settings import Settings


def default_shared_state(
    limits: RateLimits | None = None,
    allowances: Allowances | None = None,
    probe_limits: RateLimits | None = None,
) -> SharedState:
    """Share nothing: limits and cache of this process alone."""
    return SharedState(
        limits=limits or MemoryRateLimits(),
        allowances=allowances or Allowances(),
        cache=local_cache(),
        near=local_cache(),
        probe_limits=probe_limits or MemoryRateLimits(),
    )


def local_cache() -> Cache:
    """Cache in this process; one caller makes what many ask for at once."""
    return SingleFlight(LocalCacheStore())


@contextmanager
def open_redis(url: str | None) -> Iterator[RedisClient | None]:
    """Connect to Redis where it is configured."""
    if url is None:
        yield None
        return
    redis_client = RedisClient.to(url)
    try:
        yield redis_client
    finally:
        redis_client.close()


def shared_state(settings: Settings, pool: Pool, redis_client: RedisClient | None) -> SharedState:
    """Share by Redis where there is one; what must not be forgotten is counted in the database."""
    hashed = caller_hash(settings)
    limits: RateLimits = MemoryRateLimits(hashed)
    own = LocalCacheStore()
    store: CacheStore = own
    if redis_client:
        limits = FallbackRateLimits(RedisRateLimits(redis_client, hashed), limits)
        store = FallbackCacheStore(RedisCacheStore(redis_client, key_ring(settings)), own)
    return SharedState(
        limits=DurableRateLimits(limits, PostgresRateLimits(pool, hashed)),
        allowances=_allowances(settings),
        cache=SingleFlight(store),
        near=local_cache(),
        probe_limits=MemoryRateLimits(hashed),
    )


def circuits(settings: Settings, redis_client: RedisClient | None) -> tuple[Circuit, ...]:
    """Make one for each source; how many successes close it is no setting (Y12)."""
    shared = RedisCircuits(redis_client) if redis_client else NoSharedCircuits()
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


def _allowances(settings: Settings) -> Allowances:
    return Allowances.of(
        read=settings.rate_limit_read_requests,
        write=settings.rate_limit_write_requests,
        export=settings.rate_limit_export_requests,
        sign_in=settings.rate_limit_login_attempts,
        webhook=settings.rate_limit_webhook_requests,
    )
