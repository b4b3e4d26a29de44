"""Cache entries that processes share."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, cast

from attrs import define, field

from clientupdater.adapters.resilience.epochs import new_epoch
from clientupdater.domain.errors import Unavailable
from clientupdater.ports.cache import CacheEntry
from clientupdater.ports.sealing import Unreadable

if TYPE_CHECKING:
    import redis

    from clientupdater.adapters.redis.client import RedisClient
    from clientupdater.ports.cache import CacheKey, Topic
    from clientupdater.ports.sealing import Sealer

PURPOSE = "cache"


@define(eq=False)
class RedisCacheStore:
    """Keeps entries in Redis: sealed, each bound to its key and to its topic's fence.

    A fence is a random word for each topic. An entry is bound to the one that stood when it began
    to be made, and opens while it stands: so a slow maker cannot put back what was forgotten, and
    nothing has to be searched for to forget it. Lost with all else, it comes back as another word.
    """

    redis_client: RedisClient
    sealer: Sealer
    _owed: dict[Topic, bytes] = field(factory=dict, init=False, repr=False)
    """Fences that could not be moved while Redis was lost."""

    def find(self, key: CacheKey) -> CacheEntry:
        """Look for an entry and its fence, in one round trip."""
        self._make_up(key.topic)
        place = _place(key)
        epoch, result = self.redis_client.ask(lambda client: _looked_up(client, key.topic, place))
        return CacheEntry(self._opened(result, place, epoch), epoch)

    def keep(self, key: CacheKey, value: bytes, epoch: bytes) -> None:
        """Keep one with the fence that it was made under."""
        self._make_up(key.topic)
        place = _place(key)
        sealed = self.sealer.sealed(value, PURPOSE, place.encode() + epoch)
        self.redis_client.ask(lambda client: client.set(place, sealed, px=key.topic.lifetime))

    def advance_epoch(self, topic: Topic) -> None:
        """Let nothing count that is kept of a topic; while Redis is lost, it is owed."""
        epoch = new_epoch()
        try:
            self.redis_client.ask(lambda client: client.set(_fence_of(topic), epoch))
        except Unavailable:
            self._owed[topic] = epoch
            raise

    def _make_up(self, topic: Topic) -> None:
        if (epoch := self._owed.get(topic)) is None:
            return
        self.redis_client.ask(lambda client: client.set(_fence_of(topic), epoch))
        # Another may have come to be owed meanwhile: that one stays.
        if self._owed.get(topic) == epoch:
            self._owed.pop(topic, None)

    def _opened(self, data: bytes | None, place: str, epoch: bytes) -> bytes | None:
        if data is None:
            return None
        try:
            return self.sealer.opened(data, PURPOSE, place.encode() + epoch)
        except Unreadable:
            return None


def _looked_up(client: redis.Redis, topic: Topic, place: str) -> tuple[bytes, bytes | None]:
    epoch, result = _both(client, topic, place)
    if epoch is None:
        client.set(_fence_of(topic), new_epoch(), nx=True)
        epoch, result = _both(client, topic, place)
    return epoch or b"", result


def _both(client: redis.Redis, topic: Topic, place: str) -> list[bytes | None]:
    return cast("list[bytes | None]", client.mget(_fence_of(topic), place))


def _fence_of(topic: Topic) -> str:
    return f"clientupdater:fence:{topic}"


def _place(key: CacheKey) -> str:
    """Name an entry; what it depends on is not to be read from it."""
    result = repr((key.name, str(key.company), key.scope, key.generation)).encode()
    return f"clientupdater:cache:{key.topic}:{sha256(result).hexdigest()}"
