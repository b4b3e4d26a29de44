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
    """The open result of a query, and how many of its rows were read."""

    query: str
    offset: int
    result: Result = field(repr=False)


@define
class SnowflakeView:
    """Reads a view with one query for each run. A position is how many rows were read before.

    The query's result is kept by Snowflake for a day, so a page can be asked for again, by another
    process as well.
    """

    session: Session
    code: str = "CLIENT_CODE"
    changed: str = "UPDATED_AT"
    page_size: int = 5_000
    _reading: Reading | None = field(default=None, init=False, repr=False)
    _lock: threading.RLock = field(factory=threading.RLock, init=False, repr=False)

    def abilities(self) -> Abilities:
        """Say that it can do everything."""
        return Abilities(incremental=True, counts=True, single=True)

    def begin(self, since: datetime | None = None, columns: Sequence[str] = ()) -> Fetch:
        """Begin to read: tell of when and how many, then run the query."""
        with self._lock:
            there = self._columns(columns)
            wanted = tuple(columns) or there
            condition, value = self._filter(since)
            counted = f"select current_timestamp(), count(*) from {self._view}{condition}"  # noqa: S608 - identifiers, quoted or checked
            as_of, count = self.session.fetch(self.session.run(counted, value), 1)[0]
            result = self.session.run(
                f"select {_listed(wanted)} from {self._view}{condition}"  # noqa: S608 - see above
                f" order by {quoted(self.code)}",
                value,
            )
            self._reading = Reading(result.query, 0, result)
        return Fetch(as_of.astimezone(UTC), count, since, wanted, result.query)

    def page(self, fetch: Fetch, position: str | None = None) -> SourcePage:
        """Read the next rows of the result, or those of another place in it."""
        offset = _number(position)
        with self._lock:
            count, rows = self._rows(fetch, offset)
        read = offset + len(rows)
        if len(rows) < self.page_size and read < count:
            raise Unavailable(NAME, f"Snowflake broke off after {read} of {count} rows; try again.")
        records = tuple(dict(zip(fetch.columns, row, strict=True)) for row in rows)
        return SourcePage(records, None if read >= count else str(read))

    def one(self, code: str) -> RawRecord | None:
        """Read one client."""
        with self._lock:
            there = self._columns()
            value = self.session.fetch(
                self.session.run(
                    f"select {_listed(there)} from {self._view}"  # noqa: S608 - identifiers, quoted or checked
                    f" where {quoted(self.code)} = ?",
                    [code],
                ),
                1,
            )
        return dict(zip(there, value[0], strict=True)) if value else None

    @property
    def _view(self) -> str:
        return self.session.account.view

    def _columns(self, wanted: Sequence[str] = ()) -> tuple[str, ...]:
        """Name the columns that there are, and insist on those that are wanted."""
        empty = self.session.run(f"select * from {self._view} limit 0")  # noqa: S608 - an identifier, checked
        require_columns((*wanted, self.code, self.changed), empty.columns)
        if unfit := [name for name in wanted if name in empty.untellable]:
            message = "is of a type that no record holds; give it as text in the view"
            raise Misconfigured(Fault(name, message) for name in unfit)
        return tuple(name for name in empty.columns if name not in empty.untellable)

    def _filter(self, since: datetime | None) -> tuple[str, list[object]]:
        """Take what has changed since, and what does not say when (Y8)."""
        if since is None:
            return "", []
        changed = quoted(self.changed)
        condition = f" where {changed} >= cast(? as timestamp_tz) or {changed} is null"
        return condition, [since.astimezone(UTC).isoformat(sep=" ", timespec="microseconds")]

    def _rows(self, fetch: Fetch, offset: int) -> tuple[int, list[tuple[Any, ...]]]:
        """Read on where we are, or open the result again and go there; tell how many there are."""
        if fetch.handle is None or not _QUERY.fullmatch(fetch.handle):
            raise SourceMalformed("this reading was not begun here")
        here, self._reading = self._reading, None
        try:
            if here is None or (here.query, here.offset) != (fetch.handle, offset):
                here = self._opened(fetch, fetch.handle, offset)
            if here.result.columns != fetch.columns:
                raise SourceExpired("Other columns are wanted than when it began; begin again.")
            rows = self.session.fetch(here.result, self.page_size)
        except SourceRefused as refused:
            message = "Snowflake keeps the query's result no more; begin again."
            raise SourceExpired(message) from refused
        self._reading = Reading(fetch.handle, offset + len(rows), here.result)
        return here.result.count, rows

    def _opened(self, fetch: Fetch, query: str, offset: int) -> Reading:
        """Open a result that is kept; it comes in any order unless it is asked for in one."""
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
    """Write a column's name so that it is that name, whatever stands in it."""
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
    """Open it; nothing is asked before something is read."""
    session = Session(account)
    try:
        yield SnowflakeView(session, page_size=page_size)
    finally:
        session.close()
