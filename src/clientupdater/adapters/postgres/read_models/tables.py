"""The tables that exports are made of, read from one moment of the database in bounded memory."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import psycopg
from attrs import define, frozen

from clientupdater.adapters.postgres.read_models.model import PostgresReadModels
from clientupdater.adapters.postgres.read_models.pieces import all_of, filled
from clientupdater.adapters.postgres.read_models.scope import Scope, written_out
from clientupdater.domain.exports import COLUMNS, ExportType
from clientupdater.domain.permissions import Scope as Breadth
from clientupdater.ports.exports import Lines
from clientupdater.ports.lists import ClientQuery, Looking

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from clientupdater.adapters.postgres.read_models.clients import ClientWalk
    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.ports.exports import TableRequest

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

AT_ONCE = 64 * 1024
"""Bytes of lines put together: the server sends each row by itself."""
ROWS_AT_ONCE = 1000

_ORDER: Mapping[ExportType, str] = {
    ExportType.CLIENTS: "client_code",
    ExportType.STATUS: "client_code, period",
    ExportType.REPORT: "company, branch, period",
}


@frozen
class PostgresSnapshot:
    """A moment of the database: a transaction that reads, and sees nothing of what comes after."""

    _connection: Connection

    def table(self, asked: TableRequest) -> PostgresTable:
        """Look at a table."""
        result = asked.reaches
        # Each is asked for once; the last stays the last.
        once = [
            access_scope
            for n, access_scope in enumerate(result, 1)
            if access_scope not in result[n:]
        ]
        reaches = [written_out(access_scope, self._connection) for access_scope in once]
        looking = Looking(
            clients=reaches[-1], statuses=reaches[-1], now=asked.now, today=asked.today
        )
        query = ClientQuery(filter=asked.asked.filter)
        walk = PostgresReadModels(self._connection).walk(query, looking)
        assert walk is not None  # noqa: S101 — only a search finds nobody, and none is made
        self._connection.execute("select set_config('timezone', %s, true)", (str(asked.zone),))
        ((as_of,),) = self._connection.execute("select now()").fetchall()
        return PostgresTable(self._connection, asked, walk, reaches, as_of)


@define(eq=False)
class PostgresTable:
    """Rows as they stood when the snapshot began."""

    _connection: Connection
    _table: TableRequest
    _walk: ClientWalk
    _reaches: Sequence[AccessScope]
    as_of: datetime

    @property
    def scope(self) -> str:
        """How far the asker sees, by the last of the permissions, and by what all of them cover."""
        known = self._connection.execute("select id, code from companies").fetchall()
        codes: dict[Any, str] = {company: code for company, code in known}  # noqa: C416 — typed so
        return " and ".join(
            dict.fromkeys(_told(access_scope, codes) for access_scope in self._reaches)
        )

    def count(self) -> int:
        """Count its rows."""
        statement = filled(f"count_{self._kind}", where=self._where, source=self._source)
        ((count,),) = self._connection.execute(
            statement.encode(), self.told, prepare=False
        ).fetchall()
        return int(count)

    def lines(self) -> Generator[Lines]:
        """Read them as lines of CSV: PostgreSQL writes them, in a fraction of our time."""
        statement = f"copy ({self.statement('csv')}) to stdout (format csv)"
        with (
            self._connection.cursor() as cursor,
            cursor.copy(statement.encode(), self.told) as copy,
        ):
            yield from _together(copy)

    def rows(self) -> Generator[Sequence[tuple[str, ...]]]:
        """Read them some at a time."""
        with self._connection.cursor(name="export") as cursor:
            cursor.execute(self.statement("cell").encode(), self.told)
            while rows := cursor.fetchmany(ROWS_AT_ONCE):
                yield rows

    @property
    def _kind(self) -> str:
        return str(self._table.asked.type)

    def statement(self, form: str) -> str:
        """Put it together, its cells written for CSV (csv) or for workbooks (cell)."""
        kinds = COLUMNS[self._table.asked.type]
        columns = (
            filled(f"{form}_{kinds[name]}", column=name) for name in self._table.asked.columns
        )
        order = _ORDER[self._table.asked.type]
        return filled("written", columns=", ".join(columns), source=self._source, order=order)

    @cached_property
    def _source(self) -> str:
        return filled(f"of_{self._kind}", where=self._where)

    @cached_property
    def _where(self) -> str:
        scopes = [scope.over_clients() for scope in self._scopes]
        asked, rows = self._walk.asked_of_clients, self._walk.asked_of_rows
        if self._table.asked.type is not ExportType.CLIENTS:
            return all_of([*scopes, *asked, *rows])
        if self._walk.asks_for_rows:
            asked = [*asked, filled("row", where=all_of(rows))]
        return all_of([*scopes, *asked])

    @property
    def _scopes(self) -> list[Scope]:
        return [Scope(access_scope, f"reach{n}") for n, access_scope in enumerate(self._reaches)]

    @cached_property
    def told(self) -> dict[str, object]:
        """The parameters."""
        scopes = (scope.told for scope in self._scopes)
        return {**self._walk.told, **{name: what for item in scopes for name, what in item.items()}}


def _together(rows: Iterable[bytes | bytearray | memoryview]) -> Iterator[Lines]:
    """Put rows together that come one by one."""
    held: list[bytes | bytearray | memoryview] = []
    size = 0
    for row in rows:
        held.append(row)
        size += len(row)
        if size >= AT_ONCE:
            yield Lines(b"".join(held), len(held))
            held, size = [], 0
    if held:
        yield Lines(b"".join(held), len(held))


def _told(access_scope: AccessScope, codes: Mapping[Any, str]) -> str:
    """Say how far a reach goes, company by company."""
    branches = {
        Breadth.BRANCH: f" ({len(access_scope.direct_branches)})",
        Breadth.AREA: f" ({len(access_scope.area_branches)} branches)",
    }
    items = sorted((codes.get(c, "?"), scope) for c, scope in access_scope.scopes.items())
    return ", ".join(f"{code}: {scope}{branches.get(scope, '')}" for code, scope in items)
