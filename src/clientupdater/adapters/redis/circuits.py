"""Circuits that processes share through Redis."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from attrs import frozen

from clientupdater.domain.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientupdater.adapters.redis.client import RedisClient
    from clientupdater.adapters.redis.connect import Client

_PREFIX = "clientupdater:circuit:"
_MS = 1000


@frozen
class RedisCircuits:
    """What processes share about their circuits: losing Redis harms nothing, and raises nothing."""

    redis_client: RedisClient

    def publish(self, name: str, until: datetime) -> None:
        """Share that a circuit is open; the key expires when it may close."""
        left = int((until - datetime.now(UTC)).total_seconds() * _MS)
        if left > 0:
            result = until.isoformat()
            self._ask(lambda client: client.set(_PREFIX + name, result, px=left))

    def withdraw(self, name: str) -> None:
        """Share that a circuit is closed again."""
        self._ask(lambda client: client.delete(_PREFIX + name))

    def open_until(self, name: str) -> datetime | None:
        """Read until when another process has it open; None where none has, or Redis is lost."""
        result = self._ask(lambda client: client.get(_PREFIX + name))
        return datetime.fromisoformat(result.decode()) if result else None

    def _ask(self, question: Callable[[Client], Any]) -> Any:
        try:
            return self.redis_client.ask(question)
        except Unavailable:
            return None
