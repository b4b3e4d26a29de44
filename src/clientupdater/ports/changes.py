"""The change feed: what was recorded, for other services to follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from attrs import frozen

if TYPE_CHECKING:
    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.domain.changes import FeedCursor
    from clientupdater.domain.events import StatusEvent
    from clientupdater.domain.ids import ClientId
    from clientupdater.domain.periods import Period

ChangeMark: TypeAlias = "tuple[int, str]"
"""Another one means that there may be something new to read."""


@frozen(kw_only=True)
class FeedItem:
    """A change of a row: an event was recorded."""

    position: int
    client: ClientId
    client_code: str
    period: Period
    version: int
    """The row's version after it."""
    event: StatusEvent | None
    """None where the reader's status:history:read does not cover the client."""
    next: FeedCursor
    """Where to read on after it."""


@frozen
class ChangePage:
    """Changes in the order in which they were recorded, and where to read on."""

    items: tuple[FeedItem, ...]
    next: FeedCursor
    caught_up: bool
    """Whether everything that is committed has been read."""


class ChangeFeed(Protocol):
    """Reads the feed."""

    def read(
        self, after: FeedCursor | int, limit: int, rows: AccessScope, events: AccessScope
    ) -> ChangePage:
        """Read behind a cursor or a position: rows within one scope, their events within another.

        Raises Gone for a cursor from before a restore or a failover, and InvalidInput for a
        position that no event has yet.
        """
        ...

    def mark(self) -> ChangeMark: ...
