"""Putting what was made up into the tables: COPY into temporary ones, then INSERT … SELECT.

COPY straight into a table under row-level security is not supported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from clientupdater.adapters.postgres.core.connection import Connection


@frozen
class Table:
    """A table and the columns of it that are filled."""

    name: str
    columns: tuple[str, ...]
    order_by: tuple[str, ...] = ()

    @classmethod
    def of(cls, name: str, columns: str, *, order_by: tuple[str, ...] = ()) -> Table:
        """Name the columns in one line of text."""
        return cls(name, tuple(columns.split()), order_by)

    def load(self, connection: Connection, rows: Iterable[Sequence[Any]]) -> int:
        """Put rows in, set-based; tell how many."""
        connection.execute(self._filled(_STAGE))
        with connection.cursor().copy(self._filled(_COPY)) as copy:
            for row in rows:
                copy.write_row(row)
        kept = connection.execute(self._filled(_KEEP)).rowcount
        connection.execute(self._filled(_DROP))
        return kept

    def _filled(self, statement: str) -> sql.Composed:
        return sql.SQL(statement).format(
            table=sql.Identifier(self.name),
            stage=sql.Identifier("pg_temp", f"made_up_{self.name}"),
            columns=sql.SQL(", ").join(map(sql.Identifier, self.columns)),
            order=sql.SQL(", ").join(map(sql.Identifier, self.order_by or self.columns[:1])),
        )


_STAGE = "create temporary table {stage} as select {columns} from {table} with no data"
_COPY = "copy {stage} ({columns}) from stdin"
_KEEP = "insert into {table} ({columns}) select {columns} from {stage} order by {order}"
_DROP = "drop table {stage}"
