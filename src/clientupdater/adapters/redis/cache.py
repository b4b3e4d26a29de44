"""Cache entries that processes share."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, cast

from attrs import define, field

from clientupdater.adapters.resilience.epochs import new_fence
from clientupdater.domain.errors import Unavailable
from clientupdater.ports.cache import Kept
from clientupdater.ports.sealing import Unreadable

if TYPE_CHECKING:
    import redis

    from clientupdater.adapters.redis.client import RedisGate
    from clientupdater.ports.cache import CacheKey, Topic
    from clientupdater.ports.sealing import Sealer

PURPOSE = "cache"


@define(eq=False)
class RedisShelf:
    """Keeps entries in Redis: sealed, each bound to its key and to its topic's fence.

    A fence is a random word for each topic. An entry is bound to the one that stood when it began
    to be made, and opens while it stands: so a slow maker cannot put back what was forgotten, and
    nothing has to be searched for to forget it. Lost with all else, it comes back as another word.
    """

    gate: RedisGate
    sealer: Sealer
    _owed: dict[Topic, bytes] = field(factory=dict, init=False, repr=False)
    """Fences that could not be moved while Redis was lost."""

    def find(self, key: CacheKey) -> Kept:
        """Look for an entry and its fence, in one round trip."""
        self._make_up(key.topic)
        place = _place(key)
        fence, found = self.gate.ask(lambda client: _looked_up(client, key.topic, place))
        return Kept(self._opened(found, place, fence), fence)

    def keep(self, key: CacheKey, value: bytes, fence: bytes) -> None:
        """Keep one with the fence that it was made under."""
        self._make_up(key.topic)
        place = _place(key)
        sealed = self.sealer.sealed(value, PURPOSE, place.encode() + fence)
        self.gate.ask(lambda client: client.set(place, sealed, px=key.topic.lifetime))

    def move_fence(self, topic: Topic) -> None:
        """Let nothing count that is kept of a topic; while Redis is lost, it is owed."""
        fence = new_fence()
        try:
            self.gate.ask(lambda client: client.set(_fence_of(topic), fence))
        except Unavailable:
            self._owed[topic] = fence
            raise

    def _make_up(self, topic: Topic) -> None:
        if (fence := self._owed.get(topic)) is None:
            return
        self.gate.ask(lambda client: client.set(_fence_of(topic), fence))
        # Another may have come to be owed meanwhile: that one stays.
        if self._owed.get(topic) == fence:
            self._owed.pop(topic, None)

    def _opened(self, found: bytes | None, place: str, fence: bytes) -> bytes | None:
        if found is None:
            return None
        try:
            return self.sealer.opened(found, PURPOSE, place.encode() + fence)
        except Unreadable:
            return None


def _looked_up(client: redis.Redis, topic: Topic, place: str) -> tuple[bytes, bytes | None]:
    fence, found = _both(client, topic, place)
    if fence is None:
        client.set(_fence_of(topic), new_fence(), nx=True)
        fence, found = _both(client, topic, place)
    return fence or b"", found


def _both(client: redis.Redis, topic: Topic, place: str) -> list[bytes | None]:
    return cast("list[bytes | None]", client.mget(_fence_of(topic), place))


def _fence_of(topic: Topic) -> str:
    return f"clientupdater:fence:{topic}"


def _place(key: CacheKey) -> str:
    """Name an entry; what it depends on is not to be read from it."""
    told = repr((key.name, str(key.company), key.scope, key.generation)).encode()
    return f"clientupdater:cache:{key.topic}:{sha256(told).hexdigest()}"
