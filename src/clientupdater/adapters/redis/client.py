"""The one way to Redis, which makes no calls while Redis is lost.

The first call to a Redis that is down or hangs costs what its time limits allow; later calls cost
nothing, since they are not made. A thread of its own checks when Redis is back. It cannot bound a
resolver that hangs on the host's name.
"""

from __future__ import annotations

import logging
import sys
import threading
from typing import TYPE_CHECKING, Any, TypeVar

import redis
from attrs import define, field, frozen
from redis.backoff import NoBackoff
from redis.retry import Retry

from clientupdater.domain.errors import Fault, Misconfigured, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis.connection import ConnectionPool

T = TypeVar("T")

_log = logging.getLogger(__name__)

LOOKING_EVERY = 0.5
"""Seconds between two checks whether Redis is back."""

PROBE = "clientupdater:probe"

LOST = (redis.RedisError, OSError, UnicodeError)
"""Errors that mean that Redis is lost; UnicodeError: its host is not a possible name."""


@frozen
class Patience:
    """How many seconds to wait for Redis: under 50 ms, even for a host with two addresses."""

    connecting: float = 0.015
    answering: float = 0.020


def gated_pool(url: str, patience: Patience) -> ConnectionPool:
    """Make connections that give up quickly, whatever the URL says.

    Each makes one attempt, where ten are usual. It opens with the commands that the URL needs alone
    (AUTH, SELECT): each greeting of the library would have a time limit of its own.
    """
    terse: dict[str, Any] = {
        "socket_connect_timeout": patience.connecting,
        "socket_timeout": patience.answering,
        "retry": Retry(NoBackoff(), 0),
        "retry_on_timeout": False,
        "health_check_interval": 0,
        "protocol": 2,
        "driver_info": None,
    }
    pool = redis.ConnectionPool.from_url(url, **terse)
    pool.connection_kwargs.update(terse)
    # A pool that refused a connection would look like a lost Redis: threads are the bound.
    pool.max_connections = sys.maxsize
    return pool


@define(eq=False)
class RedisClient:
    """Calls Redis as long as it answers."""

    client: redis.Redis
    looking_every: float = LOOKING_EVERY
    _turn: threading.Lock = field(factory=threading.Lock, init=False, repr=False)
    _closing: threading.Event = field(factory=threading.Event, init=False, repr=False)
    _looking: threading.Thread | None = field(default=None, init=False, repr=False)

    @classmethod
    def to(
        cls, url: str, looking_every: float = LOOKING_EVERY, patience: Patience | None = None
    ) -> RedisClient:
        """Make one for a server, without calling it yet. Raises Misconfigured."""
        try:
            pool = gated_pool(url, patience or Patience())
        except ValueError as error:
            message = "is not the address of a Redis; write redis://host:port/number, or rediss://"
            raise Misconfigured([Fault("REDIS_URL", message)]) from error
        return cls(redis.Redis(connection_pool=pool), looking_every)

    @property
    def is_open(self) -> bool:
        """Whether Redis answered when it was last asked."""
        return self._looking is None

    def ask(self, question: Callable[[redis.Redis], T]) -> T:
        """Call Redis; raises Unavailable when it does not answer, and at once while it is lost."""
        if self._looking is not None:
            raise Unavailable("Redis")
        try:
            return question(self.client)
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
        self.client.connection_pool.disconnect()

    def _shut(self, error: Exception) -> None:
        # An idle connection may lead to a server that is gone: each would be one more wait.
        self.client.connection_pool.disconnect(inuse_connections=False)
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
            self.client.set(PROBE, b"", px=1000)
        except LOST:
            return False
        return True
