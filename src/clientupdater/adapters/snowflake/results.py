"""The rows of a result: cut from Arrow tables with pyarrow, else made by the connector.

Snowflake sends a result in chunks, and the connector fetches some ahead of its reader. Tables stay
as they are until a page is cut from them, so only that page becomes Python rows. Both ways give the
same rows in the same order.
"""

from __future__ import annotations

from decimal import Decimal
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_FIXED, _REAL, _TEXT, _DATE, _TIMESTAMP, _VARIANT = range(6)
_LOCAL, _ZONED, _NAIVE, _OBJECT, _ARRAY, _BINARY, _TIME, _BOOLEAN = range(6, 14)
#: The types that a record may hold; the connector gives JSON as text.
_TELLABLE = frozenset(range(14)) - {_BINARY, _TIME}
#: The types with the same values in tables. A moment with its own offset is not among them: a table
#: has it in UTC, where its day may differ.
_SAME_IN_TABLES = frozenset({_FIXED, _REAL, _TEXT, _DATE, _LOCAL, _NAIVE, _BOOLEAN})
#: A whole number with at most this many digits fits 64 bits.
_DIGITS_IN_64_BITS = 18
_64_BITS = range(-(2**63), 2**63)


@frozen
class Result:
    """A query's id, columns, number of rows, and rows."""

    query: str
    description: Sequence[Any] = field(repr=False)
    count: int
    rows: _TableRows | _CursorRows = field(repr=False)
    """Those still to be read; reading raises the errors of the connector and of pyarrow."""

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(column[0] for column in self.description)

    @property
    def untellable(self) -> frozenset[str]:
        """The columns of a type that no record holds."""
        return frozenset(each[0] for each in self.description if each[1] not in _TELLABLE)


def has_tables() -> bool:
    """Whether pyarrow is installed; it is imported with the first table."""
    return find_spec("pyarrow") is not None


def result_of(cursor: Any, unsupported: type[Exception], *, in_tables: bool) -> Result:
    """Read a cursor's result, from tables if requested and if they hold the same values."""
    described = cursor.description
    rows: _TableRows | None = None
    if in_tables and all(column[1] in _SAME_IN_TABLES for column in described):
        rows = _tables(cursor, unsupported)
    return Result(cursor.sfqid, described, cursor.rowcount, rows or _CursorRows.of(cursor))


def _tables(cursor: Any, unsupported: type[Exception]) -> _TableRows | None:
    """Read tables, unless the account has Snowflake send JSON."""
    try:
        return _TableRows(cursor.fetch_arrow_batches(force_microsecond_precision=True))
    except unsupported:
        return None


@define
class _TableRows:
    """Rows cut from tables, each released once it is read."""

    tables: Iterator[Any]
    _table: Any = field(default=None, init=False)
    _read: int = field(default=0, init=False)

    def fetchmany(self, size: int) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = []
        while len(rows) < size and self._has_more():
            cut = self._table.slice(self._read, size - len(rows))
            self._read += cut.num_rows
            rows += zip(*map(_cells, cut.columns), strict=True)
        return rows

    def _has_more(self) -> bool:
        while self._table is None or self._read >= self._table.num_rows:
            self._table, self._read = next(self.tables, None), 0
            if self._table is None:
                return False
        return True


def _cells(column: Any) -> Iterable[Any]:
    cells: list[Any] = column.to_pylist()
    # Only decimals have a scale; one without decimal places is a whole number in rows.
    return map(_whole, cells) if getattr(column.type, "scale", None) == 0 else cells


@frozen
class _CursorRows:
    """Rows made by the connector."""

    cursor: Any
    long: frozenset[int]
    """The positions of whole numbers that may exceed 64 bits."""

    @classmethod
    def of(cls, cursor: Any) -> _CursorRows:
        return cls(cursor, frozenset(n for n, each in enumerate(cursor.description) if _long(each)))

    def fetchmany(self, size: int) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = self.cursor.fetchmany(size)
        return [self._shortened(row) for row in rows] if self.long else rows

    def _shortened(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(_whole(cell) if n in self.long else cell for n, cell in enumerate(row))


def _long(column: Any) -> bool:
    _, kind, _, _, precision, scale, _ = column
    return kind == _FIXED and not scale and (precision or 0) > _DIGITS_IN_64_BITS


def _whole(number: int | Decimal | None) -> int | Decimal | None:
    """Give a whole number as an int of 64 bits, or as an exact Decimal if it is longer."""
    if number is None:
        return None
    return int(number) if int(number) in _64_BITS else Decimal(number)
