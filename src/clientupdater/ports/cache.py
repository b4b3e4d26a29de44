"""What was read before and is still so."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeVar

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

T = TypeVar("T")


class Topic(StrEnum):
    """What kind of thing is kept, and how long at most."""

    LOOKUPS = "lookups"
    DASHBOARD = "dashboard"
    FILTER_OPTIONS = "filter_options"
    SETTINGS = "settings"

    @property
    def lifetime(self) -> timedelta:
        """How long an entry is good for, if nothing happens before."""
        return _LIFETIMES[self]


_LIFETIMES = {
    Topic.LOOKUPS: timedelta(hours=1),
    Topic.DASHBOARD: timedelta(minutes=2),
    Topic.FILTER_OPTIONS: timedelta(minutes=10),
    Topic.SETTINGS: timedelta(minutes=15),
}

EVERYONE = "everyone"
"""The scope of what looks the same to all."""


@frozen(kw_only=True)
class CacheKey:
    """What an entry is known by: who may see different things never shares one (A10)."""

    topic: Topic
    name: tuple[str, ...] = ()
    """What else it depends on, part by part: a period, a format. Never anybody's data."""
    company: UUID | None = None
    scope: str
    """`Reach.fingerprint()`, or EVERYONE."""
    generation: int
    """The configuration's, as the caller's session brought it along (`Authenticated`)."""


@frozen
class CacheEntry:
    """An entry as it was found."""

    value: bytes | None = field(repr=False)
    """None: there is none that is good."""
    epoch: bytes = field(repr=False)
    """As it stood when this was looked for: what is made now is good while it stands so."""


@frozen
class Uses:
    """How often something was there, and how often it was not."""

    hits: int = 0
    misses: int = 0


class Cache(Protocol):
    """Gives what was made before, or makes it: once, however many ask at the same time."""

    def get_or_make(self, key: CacheKey, make: Callable[[], bytes]) -> bytes:
        """Give an entry; make it where there is none.

        An exception of `make` reaches all who wait for it, and nothing is kept. `make` reads from
        where the generation came from, not from a replica behind it. Never call this with a unit
        of work open: others would wait for this one while it waits for a connection. A pension
        number is in no entry (C3).
        """
        ...

    def forget(self, topic: Topic) -> None:
        """Let no entry of a topic count any more, also those being made at this moment.

        Call it when the change is kept. A process that keeps its own while Redis
        is lost learns of it by its entries' age alone.
        """
        ...

    def uses(self) -> Mapping[Topic, Uses]:
        """Tell how often it was of use, since the process began."""
        ...


class CacheStore(Protocol):
    """Where entries are kept. Raises Unavailable when it does not answer."""

    def find(self, key: CacheKey) -> CacheEntry:
        """Look for an entry."""
        ...

    def keep(self, key: CacheKey, value: bytes, epoch: bytes) -> None:
        """Keep one that was made after the fence was seen so; moved since, it never counts."""
        ...

    def advance_epoch(self, topic: Topic) -> None:
        """Let nothing count that is kept of a topic, or is kept later with the fence of before."""
        ...


class Form(Protocol[T]):
    """How a value is written into an entry."""

    @property
    def name(self) -> str:
        """Which form it is, for the key: two versions of us may share a cache."""
        ...

    def written(self, value: T) -> bytes:
        """Write it."""
        ...

    def read(self, written: bytes) -> T:
        """Read what was written in this form."""
        ...
