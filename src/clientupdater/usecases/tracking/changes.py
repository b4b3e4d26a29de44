"""The change feed: what was recorded, for other services to follow."""

from __future__ import annotations

import math
from collections.abc import Callable
from threading import Event
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.access_scope import access_scope_of
from clientupdater.domain.permissions import Permission
from clientupdater.ports.lists import MOST, within_limits
from clientupdater.usecases.clients.lists import require_scope

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.changes import FeedCursor
    from clientupdater.ports.changes import ChangeMark, ChangePage
    from clientupdater.ports.unit_of_work import UnitsOfWork

INTERVAL_S = 0.25
"""How often a waiting reader, or the watch of a server, asks for something new."""


@frozen
class Changes:
    """Follows what is recorded, in an order that each row's events keep."""

    work: UnitsOfWork
    pause: Callable[[float], object] = Event().wait

    def since(
        self, caller: Caller, after: FeedCursor | int = 0, limit: int = MOST, wait: float = 0.0
    ) -> ChangePage:
        """Read what the caller's status:read covers now, behind a cursor or a position.

        Where there is nothing, wait for so many seconds. Raises Gone for a cursor from before a
        restore or a failover.
        """
        within_limits(self, None, limit)
        require_scope(self.work, caller, Permission.STATUS_READ, "change")
        page = self._read(caller, after, limit)
        for _ in range(math.ceil(wait / INTERVAL_S)):
            if page.items or not page.caught_up:
                break
            self.pause(INTERVAL_S)
            page = self._read(caller, page.next, limit)
        return page

    def mark(self) -> ChangeMark:
        """Read how far the feed has come; it costs next to nothing."""
        with self.work.autocommit() as tx:
            return tx.change_feed.mark()

    def _read(self, caller: Caller, after: FeedCursor | int, limit: int) -> ChangePage:
        rows, events = (
            access_scope_of(caller.actor, each)
            for each in (Permission.STATUS_READ, Permission.STATUS_HISTORY_READ)
        )
        with self.work.read(rows, caller.generation) as tx:
            return tx.change_feed.read(after, limit, rows, events)
