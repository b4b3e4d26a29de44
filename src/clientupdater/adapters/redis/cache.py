"""Cache entries that processes share, in Redis."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, cast

from attrs import frozen

from clientupdater.ports.sealing import Unreadable

if TYPE_CHECKING:
    from clientupdater.adapters.redis.client import RedisClient
    from clientupdater.ports.cache import CacheKey
    from clientupdater.ports.sealing import Sealer

PURPOSE = "cache"


@frozen
class RedisCacheStore:
    """Keeps entries sealed, each bound to its key."""

    redis_client: RedisClient
    sealer: Sealer

    def get(self, key: CacheKey) -> bytes | None:
        name = _name(key)
        sealed = cast("bytes | None", self.redis_client.ask(lambda client: client.get(name)))
        if sealed is None:
            return None
        try:
            return self.sealer.opened(sealed, PURPOSE, name.encode())
        except Unreadable:
            return None

    def put(self, key: CacheKey, value: bytes) -> None:
        name = _name(key)
        sealed = self.sealer.sealed(value, PURPOSE, name.encode())
        self.redis_client.ask(lambda client: client.set(name, sealed, px=key.topic.lifetime))


def _name(key: CacheKey) -> str:
    """Name an entry by a hash, which does not reveal what the entry depends on."""
    parts = repr((key.name, str(key.company), key.scope, key.generation)).encode()
    return f"clientupdater:cache:{key.topic}:{sha256(parts).hexdigest()}"
