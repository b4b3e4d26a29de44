"""Clients from a view in Snowflake, or one by code (Y1, Y8)."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from datetime import UTC
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from clientupdater.adapters.snowflake.session import NAME, Session
from clientupdater.domain.errors import (
    Fault,
    Misconfigured,
    SourceExpired,
    SourceMalformed,
    SourceRefused,
    Unavailable,
)
from clientupdater.domain.sync.mapping import require_columns
from clientupdater.ports.sources import Abilities, Fetch, SourcePage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from clientupdater.adapters.snowflake.account import Account
    from clientupdater.adapters.snowflake.results import Result
    from clientupdater.ports.sources import RawRecord

_QUERY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@frozen
class Reading:
    """The open result of a query, and the number of rows read so far."""

    query: str
    offset: int
    result: Result = field(repr=False)


@define
class SnowflakeView:
    """Reads a view with one query for each run. A position is the number of rows read before.

    Snowflake keeps a query's result for a day, so another process can read a page again.
    """

    session: Session
    code: str = "CLIENT_CODE"
    changed: str = "UPDATED_AT"
    page_size: int = 5_000
    _reading: Reading | None = field(default=None, init=False, repr=False)
    _lock: threading.RLock = field(factory=threading.RLock, init=False, repr=False)

    def abilities(self) -> Abilities:
        return Abilities(incremental=True, counts=True, single=True)

    def begin(self, since: datetime | None = None, columns: Sequence[str] = ()) -> Fetch:
        """Read the time and the count, then run the query."""
        with self._lock:
            existing = self._columns(columns)
            selected = tuple(columns) or existing
            condition, params = self._filter(since)
            counting = f"select current_timestamp(), count(*) from {self._view}{condition}"  # noqa: S608 - identifiers, quoted or checked
            as_of, count = self.session.fetch(self.session.run(counting, params), 1)[0]
            result = self.session.run(
                f"select {_listed(selected)} from {self._view}{condition}"  # noqa: S608 - see above
                f" order by {quoted(self.code)}",
                params,
            )
            self._reading = Reading(result.query, 0, result)
        return Fetch(as_of.astimezone(UTC), count, since, selected, result.query)

    def page(self, fetch: Fetch, position: str | None = None) -> SourcePage:
        """Read the next rows of the result, or those at another position."""
        offset = _number(position)
        with self._lock:
            count, rows = self._rows(fetch, offset)
        read = offset + len(rows)
        if len(rows) < self.page_size and read < count:
            raise Unavailable(NAME, f"Snowflake broke off after {read} of {count} rows; try again.")
        records = tuple(dict(zip(fetch.columns, row, strict=True)) for row in rows)
        return SourcePage(records, None if read >= count else str(read))

    def one(self, code: str) -> RawRecord | None:
        with self._lock:
            columns = self._columns()
            rows = self.session.fetch(
                self.session.run(
                    f"select {_listed(columns)} from {self._view}"  # noqa: S608 - identifiers, quoted or checked
                    f" where {quoted(self.code)} = ?",
                    [code],
                ),
                1,
            )
        return dict(zip(columns, rows[0], strict=True)) if rows else None

    @property
    def _view(self) -> str:
        return self.session.account.view

    def _columns(self, expected: Sequence[str] = ()) -> tuple[str, ...]:
        """Give the view's columns; raise if an expected one is missing or of a wrong type."""
        empty = self.session.run(f"select * from {self._view} limit 0")  # noqa: S608 - an identifier, checked
        require_columns((*expected, self.code, self.changed), empty.columns)
        if unfit := [name for name in expected if name in empty.untellable]:
            message = "is of a type that no record holds; give it as text in the view"
            raise Misconfigured(Fault(name, message) for name in unfit)
        return tuple(name for name in empty.columns if name not in empty.untellable)

    def _filter(self, since: datetime | None) -> tuple[str, list[object]]:
        """Select the changes since a moment, and rows without a time of change (Y8)."""
        if since is None:
            return "", []
        changed = quoted(self.changed)
        condition = f" where {changed} >= cast(? as timestamp_tz) or {changed} is null"
        return condition, [since.astimezone(UTC).isoformat(sep=" ", timespec="microseconds")]

    def _rows(self, fetch: Fetch, offset: int) -> tuple[int, list[tuple[Any, ...]]]:
        """Continue the open result, or reopen it at the position; give its row count too."""
        if fetch.handle is None or not _QUERY.fullmatch(fetch.handle):
            raise SourceMalformed("this reading was not begun here")
        here, self._reading = self._reading, None
        try:
            if here is None or (here.query, here.offset) != (fetch.handle, offset):
                here = self._opened(fetch, fetch.handle, offset)
            if here.result.columns != fetch.columns:
                raise SourceExpired("The columns have changed since reading began; begin again.")
            rows = self.session.fetch(here.result, self.page_size)
        except SourceRefused as refused:
            message = "Snowflake keeps the query's result no more; begin again."
            raise SourceExpired(message) from refused
        self._reading = Reading(fetch.handle, offset + len(rows), here.result)
        return here.result.count, rows

    def _opened(self, fetch: Fetch, query: str, offset: int) -> Reading:
        """Open a stored result, in the order of codes, and skip to the position."""
        if self.code not in fetch.columns:
            raise SourceExpired("What was read has no order to be read on in; begin again.")
        result = self.session.run(
            f"select * from table(result_scan('{query}')) order by {quoted(self.code)}"  # noqa: S608 - checked
        )
        left = offset
        while left and (passed := self.session.fetch(result, min(left, self.page_size))):
            left -= len(passed)
        return Reading(query, offset, result)


def quoted(name: str) -> str:
    """Quote a column's name, whatever characters it contains."""
    return '"' + name.replace('"', '""') + '"'


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(map(quoted, columns))


def _number(position: str | None) -> int:
    if position is None:
        return 0
    if not position.isascii() or not position.isdigit():
        raise SourceMalformed("the position is none that this source gave")
    return int(position)


@contextmanager
def open_snowflake(account: Account, page_size: int = 5_000) -> Iterator[SnowflakeView]:
    """Open it; the first read makes the first query."""
    session = Session(account)
    try:
        yield SnowflakeView(session, page_size=page_size)
    finally:
        session.close()
