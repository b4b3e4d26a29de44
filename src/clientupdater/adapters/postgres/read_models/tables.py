"""The tables that exports are made of, read from one moment of the database in bounded memory."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import define

from clientupdater.adapters.postgres.core.transactions import TransactionControl
from clientupdater.adapters.postgres.read_models.conditions import (
    client_conditions,
    query_params,
    row_conditions,
)
from clientupdater.adapters.postgres.read_models.pieces import all_of, render
from clientupdater.adapters.postgres.read_models.resolving import resolve
from clientupdater.adapters.postgres.read_models.scope import ScopePredicate
from clientupdater.domain.exports import COLUMNS, ExportType
from clientupdater.domain.permissions import Scope
from clientupdater.ports.exports import Lines
from clientupdater.ports.lists import ClientQuery, ReadContext

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from clientupdater.adapters.postgres.configuration.configuration import Configuration
    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.adapters.postgres.read_models.client_walk import ResolvedQuery
    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.domain.exports import Kind
    from clientupdater.ports.exports import TableRequest

_Row: TypeAlias = bytes | bytearray | memoryview

BATCH_BYTES = 64 * 1024
"""Bytes of lines put together: the server sends each row by itself."""
BATCH_ROWS = 1000

_ORDER: Mapping[ExportType, str] = {
    ExportType.CLIENTS: "client_code",
    ExportType.STATUS: "client_code, period",
    ExportType.REPORT: "company, branch, period",
}


def open_table(
    connection: Connection, configuration: Configuration, table: TableRequest
) -> PostgresTable:
    """Open a table within a transaction that sees no later change."""
    scopes = [configuration.scope(scope) for scope in _distinct(table)]
    read_context = ReadContext(
        clients=scopes[-1], statuses=scopes[-1], now=table.now, today=table.today
    )
    control = TransactionControl(connection)
    resolved = resolve(
        control, configuration, ClientQuery(filter=table.request.filter), read_context
    )
    assert resolved is not None  # noqa: S101 — only a search can find nobody
    connection.execute("select set_config('timezone', %s, true)", (str(table.zone),))
    ((as_of,),) = connection.execute("select now()").fetchall()
    return PostgresTable(connection, table, resolved, scopes, as_of)


@define(eq=False)
class PostgresTable:
    """Rows as they were when the snapshot began."""

    _connection: Connection
    _table: TableRequest
    _resolved: ResolvedQuery
    _scopes: Sequence[AccessScope]
    as_of: datetime

    @property
    def columns(self) -> Mapping[str, Kind]:
        return self._table.request.kinds

    @property
    def scope(self) -> str:
        known = self._connection.execute("select id, code from companies").fetchall()
        codes: dict[Any, str] = {company: code for company, code in known}  # noqa: C416 — typed so
        return " and ".join(dict.fromkeys(_described(scope, codes) for scope in self._scopes))

    def count(self) -> int:
        statement = render(f"count_{self._kind}", where=self._where, source=self._source)
        ((count,),) = self._connection.execute(
            statement.encode(), self.params, prepare=False
        ).fetchall()
        return int(count)

    def lines(self) -> Generator[Lines]:
        """Read them as CSV that PostgreSQL writes, in a fraction of the time that Python takes."""
        statement = f"copy ({self.statement('csv')}) to stdout (format csv)"
        with (
            self._connection.cursor() as cursor,
            cursor.copy(statement.encode(), self.params) as copy,
        ):
            yield from _batched(copy)

    def rows(self) -> Generator[Sequence[tuple[str, ...]]]:
        with self._connection.cursor(name="export") as cursor:
            cursor.execute(self.statement("cell").encode(), self.params)
            while rows := cursor.fetchmany(BATCH_ROWS):
                yield rows

    @property
    def _kind(self) -> str:
        return str(self._table.request.type)

    def statement(self, form: str) -> str:
        """Render it, its cells written for CSV (csv) or for workbooks (cell)."""
        kinds = COLUMNS[self._table.request.type]
        columns = (
            render(f"{form}_{kinds[name]}", column=name) for name in self._table.request.columns
        )
        order = _ORDER[self._table.request.type]
        return render("written", columns=", ".join(columns), source=self._source, order=order)

    @cached_property
    def _source(self) -> str:
        return render(f"of_{self._kind}", where=self._where)

    @cached_property
    def _where(self) -> str:
        scopes = [predicate.form.over_clients() for predicate in self._predicates]
        clients, rows = client_conditions(self._resolved), row_conditions(self._resolved)
        if self._table.request.type is not ExportType.CLIENTS:
            return all_of([*scopes, *clients, *rows])
        if self._resolved.asks_for_rows:
            clients.append(render("row", where=all_of(rows)))
        return all_of([*scopes, *clients])

    @property
    def _predicates(self) -> list[ScopePredicate]:
        return [ScopePredicate(scope, f"reach{n}") for n, scope in enumerate(self._scopes)]

    @cached_property
    def params(self) -> dict[str, object]:
        params = query_params(self._resolved)
        for predicate in self._predicates:
            params |= predicate.params
        return params


def _distinct(table: TableRequest) -> list[AccessScope]:
    """Keep each scope once; the last stays the last."""
    scopes = table.scopes
    return [scope for n, scope in enumerate(scopes, 1) if scope not in scopes[n:]]


def _batched(rows: Iterable[_Row]) -> Iterator[Lines]:
    batch: list[_Row] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += len(row)
        if size >= BATCH_BYTES:
            yield Lines(b"".join(batch), len(batch))
            batch, size = [], 0
    if batch:
        yield Lines(b"".join(batch), len(batch))


def _described(access_scope: AccessScope, codes: Mapping[Any, str]) -> str:
    """Say how far a scope goes, company by company."""
    branches = {
        Scope.BRANCH: f" ({len(access_scope.direct_branches)})",
        Scope.AREA: f" ({len(access_scope.area_branches)} branches)",
    }
    items = sorted((codes.get(c, "?"), scope) for c, scope in access_scope.scopes.items())
    return ", ".join(f"{code}: {scope}{branches.get(scope, '')}" for code, scope in items)
