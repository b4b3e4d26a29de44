"""The change feed over one PostgreSQL transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from clientupdater.adapters.postgres.core.named_queries import read_blocks, render
from clientupdater.adapters.postgres.read_models.scope import ScopePredicate
from clientupdater.adapters.postgres.tracking.rows import QUERIES as OF_ROWS
from clientupdater.adapters.postgres.tracking.rows import event_of
from clientupdater.domain.changes import FeedCursor, FeedMark, Horizon
from clientupdater.domain.ids import ClientId, CompanyId
from clientupdater.domain.periods import Period
from clientupdater.ports.changes import ChangePage, FeedItem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.adapters.postgres.configuration.configuration import Configuration
    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.ports.changes import ChangeMark

WINDOW = 5_000
"""Positions that one statement looks at, however few of them are within the scope."""
NEAR = 500
"""Positions that a reader who is given nothing looks at again before its cursor moves on."""
_WINDOWS = 4
_BLOCKS = {
    "event_columns": OF_ROWS["event_columns"],
    **read_blocks("tracking/changes.sql"),
}


@frozen
class PostgresChangeFeed:
    """Implements `ChangeFeed`."""

    _connection: Connection
    _configuration: Configuration

    def read(
        self, after: FeedCursor | int, limit: int, rows: AccessScope, events: AccessScope
    ) -> ChangePage:
        horizon = self._horizon()
        scoped = _Scoped.of(rows, events, self._configuration)
        page = self._walk(self._begun(after, horizon), horizon, limit, scoped)
        if isinstance(after, int) or page.next.until == after.until:
            return page
        is_near = horizon.last_position - after.floor < NEAR
        if not page.items and page.caught_up and after.is_empty and is_near:
            return evolve(page, next=after)
        mark = self._mark()
        following = page.next.marked(mark) if page.next.wants_mark(horizon) else page.next
        return evolve(page, next=following)

    def mark(self) -> ChangeMark:
        ((position, snapshot),) = self._all(render(_BLOCKS, "mark"), {})
        return position, snapshot

    def _begun(self, after: FeedCursor | int, horizon: Horizon) -> FeedCursor:
        if isinstance(after, int):
            return FeedCursor.at(after, horizon, self._mark())
        after.require_same_history(horizon)
        return after.next_batch(horizon) if after.is_empty else after

    def _walk(
        self, cursor: FeedCursor, horizon: Horizon, limit: int, scoped: _Scoped
    ) -> ChangePage:
        items: list[FeedItem] = []
        for _ in range(_WINDOWS):
            to = cursor.position + WINDOW
            items += self._page(cursor, to, limit - len(items), scoped)
            if len(items) == limit:
                return ChangePage(tuple(items), items[-1].next, caught_up=False)
            if to < horizon.last_position:
                cursor = cursor.read_up_to(to)
                continue
            cursor = cursor.next_batch(horizon)
            if cursor.is_empty:
                return ChangePage(tuple(items), cursor, caught_up=True)
        return ChangePage(tuple(items), cursor, caught_up=False)

    def _page(self, cursor: FeedCursor, to: int, limit: int, scoped: _Scoped) -> list[FeedItem]:
        sql = render(
            _BLOCKS,
            "page",
            within=scoped.within,
            shows_event=scoped.shows_event,
            position=cursor.position,
            to=to,
            oldest=cursor.oldest,
            is_first=cursor.is_first,
            marked_transaction=cursor.mark.transaction,
            marked_position=cursor.mark.position,
            limit=limit,
        )
        params = {**scoped.params, "since": cursor.since, "until": cursor.until}
        return [_change(cursor, *columns) for columns in self._all(sql, params)]

    def _horizon(self) -> Horizon:
        ((database, snapshot, last),) = self._all(render(_BLOCKS, "horizon"), {})
        return Horizon(database=database, snapshot=snapshot, last_position=last)

    def _mark(self) -> FeedMark:
        """Take a mark; the commit makes all that the cursor knows of survive a crash."""
        ((position,),) = self._all(_BLOCKS["last_position"], {})
        ((transaction, *_),) = self._all(_BLOCKS["transaction"], {})
        return FeedMark(transaction, position)

    def _all(self, sql: str, params: Mapping[str, object]) -> list[tuple[Any, ...]]:
        # Not prepared: the text of a page differs each time.
        return self._connection.execute(sql.encode(), params, prepare=False).fetchall()


@frozen
class _Scoped:
    """The conditions of two scopes, and their parameters."""

    within: str
    shows_event: str
    params: Mapping[str, object]

    @classmethod
    def of(cls, rows: AccessScope, events: AccessScope, configuration: Configuration) -> _Scoped:
        companies = [*map(CompanyId, configuration.companies)]
        of_rows = ScopePredicate(rows.over(companies), "r")
        of_events = ScopePredicate(events.over(companies), "h")
        return cls(
            of_rows.form.over_clients(),
            of_events.form.over_clients(),
            {**of_rows.params, **of_events.params},
        )


def _change(cursor: FeedCursor, *columns: Any) -> FeedItem:
    position, client, code, period, sequence, shows_event, *event = columns
    return FeedItem(
        position=position,
        client=ClientId(client),
        client_code=code,
        period=Period.parse(period),
        version=sequence,
        event=event_of(*event) if shows_event else None,
        next=cursor.read_up_to(position),
    )
