"""A cache of what was read before: what its key depends on has not changed since."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

T = TypeVar("T")


class Topic(StrEnum):
    """The kind of an entry, which says how long it lives at most."""

    LOOKUPS = "lookups"
    FILTER_OPTIONS = "filter_options"

    @property
    def lifetime(self) -> timedelta:
        return _LIFETIMES[self]


_LIFETIMES = {Topic.LOOKUPS: timedelta(hours=1), Topic.FILTER_OPTIONS: timedelta(minutes=10)}

EVERYONE = "everyone"
"""The scope of an entry that is the same for all."""


@frozen(kw_only=True)
class CacheKey:
    """All that an entry depends on: people who may see different things never share one (A10)."""

    topic: Topic
    name: tuple[str, ...] = ()
    """What else it depends on, part by part: a period, a format. Never anybody's data."""
    company: UUID | None = None
    scope: str
    """`AccessScope.fingerprint()`, or EVERYONE."""
    generation: int
    """The configuration's, as the caller's session has it (`Authenticated`)."""


@frozen
class Uses:
    """How often the cache had an entry, and how often it had none."""

    hits: int = 0
    misses: int = 0


class CacheStore(Protocol):
    """Where entries are kept. Raises Unavailable when it does not answer."""

    def get(self, key: CacheKey) -> bytes | None: ...

    def put(self, key: CacheKey, value: bytes) -> None: ...


@frozen
class Form(Generic[T]):
    """How a value is written into an entry, and read from it."""

    name: str
    """Part of the key. It carries a number that changes with the value's fields, because an older
    version of the software may share the cache."""
    written: Callable[[T], bytes]
    read: Callable[[bytes], T]
