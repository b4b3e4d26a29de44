"""The one way to Redis, which makes no calls while Redis is lost.

The first call to a Redis that is down or hangs costs what its time limits allow; later calls cost
nothing, since they are not made. A thread of its own checks when Redis is back. It cannot bound a
resolver that hangs on the host's name.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, TypeVar

import redis
from attrs import define, field

from clientupdater.adapters.redis.connect import Patience, check_address, close_idle, open_client
from clientupdater.domain.errors import Fault, Misconfigured, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientupdater.adapters.redis.connect import Client

T = TypeVar("T")

_log = logging.getLogger(__name__)

LOOKING_EVERY = 0.5
"""Seconds between two checks whether Redis is back."""

PROBE = "clientupdater:probe"

LOST = (redis.RedisError, OSError, UnicodeError)
"""Errors that mean that Redis is lost; UnicodeError: its host is not a possible name."""


@define(eq=False)
class RedisClient:
    """Calls Redis as long as it answers."""

    url: str = field(repr=False)
    patience: Patience
    looking_every: float = LOOKING_EVERY
    _client: Client | None = field(default=None, init=False, repr=False)
    _turn: threading.Lock = field(factory=threading.Lock, init=False, repr=False)
    _closing: threading.Event = field(factory=threading.Event, init=False, repr=False)
    _looking: threading.Thread | None = field(default=None, init=False, repr=False)

    @classmethod
    def to(
        cls, url: str, looking_every: float = LOOKING_EVERY, patience: Patience | None = None
    ) -> RedisClient:
        """Make one for a server, without calling it yet. Raises Misconfigured."""
        try:
            check_address(url)
        except ValueError as error:
            message = (
                "is not the address of a Redis; write redis://host:port/number, or rediss://, "
                "redis+sentinel://host:port,host:port/service, redis+cluster://host:port,host:port"
            )
            raise Misconfigured([Fault("REDIS_URL", message)]) from error
        return cls(url, patience or Patience(), looking_every)

    @property
    def is_open(self) -> bool:
        """Whether Redis answered when it was last asked."""
        return self._looking is None

    def ask(self, question: Callable[[Client], T]) -> T:
        """Call Redis; raises Unavailable when it does not answer, and at once while it is lost."""
        if self._looking is not None:
            raise Unavailable("Redis")
        try:
            return question(self._connected())
        except LOST as error:
            self._shut(error)
            raise Unavailable("Redis") from error

    def close(self) -> None:
        """Stop checking, and close the connections."""
        with self._turn:
            self._closing.set()
            looking = self._looking
        if looking is not None:
            looking.join()
        if self._client is not None:
            self._client.close()

    def _connected(self) -> Client:
        """Open a client; of several threads that do so at once, the first one's is kept."""
        if self._client is not None:
            return self._client
        opened = open_client(self.url, self.patience)
        with self._turn:
            if self._client is None:
                self._client = opened
        if self._client is not opened:
            opened.close()
        return self._client

    def _shut(self, error: Exception) -> None:
        # An idle connection may lead to a server that is gone: each would be one more wait.
        if self._client is not None:
            close_idle(self._client)
        with self._turn:
            if self._looking is None:
                looking = threading.Thread(target=self._look, name="looking for Redis", daemon=True)
                looking.start()
                self._looking = looking
                message = "Redis is lost; each process goes on by itself until it is back: %s"
                _log.warning(message, type(error).__name__)

    def _look(self) -> None:
        while not self._closing.wait(self.looking_every):
            if self._is_well():
                with self._turn:
                    self._looking = None
                _log.warning("Redis is back")
                return

    def _is_well(self) -> bool:
        """Try to write: a server that is full, or has become a replica, is of no use."""
        try:
            self._connected().set(PROBE, b"", px=1000)
        except LOST:
            return False
        return True
