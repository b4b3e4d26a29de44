"""The health check of Redis, over a client that gives up quickly."""

from __future__ import annotations

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from clientupdater.ports.health import Health


def open_client(url: str, *, patience: float) -> redis.Redis:
    """Make a client with one attempt per command: its defaults are ten, of 5 s each."""
    return redis.Redis.from_url(
        url,
        socket_timeout=patience,
        socket_connect_timeout=patience,
        retry=Retry(NoBackoff(), 0),
    )


def redis_health(url: str, *, patience: float) -> Health:
    try:
        with open_client(url, patience=patience) as client:
            client.ping()
    except (redis.RedisError, OSError) as error:
        message = f"does not answer: {error}"
        return Health("redis", ok=False, found=message, remedy="start Redis, or correct REDIS_URL")
    return Health("redis", ok=True, found="answers")
