"""Filters of clients, and queries of reports, as JSON values, so that an export can store its own.

What a value becomes goes by the type of its field. Nothing here comes from outside: ``entrypoints``
reads that, with its bounds.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_type_hints
from uuid import UUID

import attrs

from clientupdater.domain.periods import Period
from clientupdater.ports.client_filter import NONE, ClientFilter, StatusFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from clientupdater.ports.exports import ReportQuery

Query = TypeVar("Query")
_AS_THEY_ARE = (str, int, bool)
_READ: Mapping[Any, Callable[[Any], Any]] = {
    Decimal: Decimal,
    Period: Period.parse,
    UUID: UUID,
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
    int: int,
}


def encode_filter(client_filter: ClientFilter) -> dict[str, str | int | bool]:
    """Write each condition under its name in the lists."""
    row = encode_query(client_filter.row) if client_filter.row else {}
    return {**encode_query(attrs.evolve(client_filter, row=None)), **row}


def filter_words(client_filter: ClientFilter) -> dict[str, str]:
    """Write each condition as the parameter of `GET /clients` that it is."""
    values = encode_filter(client_filter)
    return {n: str(v).lower() if isinstance(v, bool) else str(v) for n, v in values.items()}


def decode_filter(filters: Mapping[str, Any]) -> ClientFilter:
    """Read a filter that `encode_filter` wrote."""
    of_rows = {name: value for name, value in filters.items() if name in _readers(StatusFilter)}
    own = {name: value for name, value in filters.items() if name not in of_rows}
    row = decode_query(StatusFilter, of_rows) if of_rows else None
    return ClientFilter(**_decoded(ClientFilter, own), row=row)


def encode_query(query: ReportQuery | ClientFilter | StatusFilter) -> dict[str, str | int | bool]:
    """Write the fields that are not None."""
    values = attrs.asdict(query, recurse=False)
    return {name: _encoded(value) for name, value in values.items() if value is not None}


def decode_query(kind: type[Query], values: Mapping[str, Any]) -> Query:
    """Read a query that `encode_query` wrote."""
    return kind(**_decoded(kind, values))


def _encoded(value: Any) -> str | int | bool:
    if isinstance(value, datetime):
        # No plus sign, which an address reads as a space.
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value if type(value) in _AS_THEY_ARE else str(value)


def _decoded(kind: type, values: Mapping[str, Any]) -> dict[str, Any]:
    readers = _readers(kind)
    return {name: readers[name](value) for name, value in values.items()}


@cache
def _readers(kind: type) -> Mapping[str, Callable[[Any], Any]]:
    return {name: _reader(hint) for name, hint in get_type_hints(kind).items()}


def _reader(hint: Any) -> Callable[[Any], Any]:
    """Choose by the first type of a union; NONE stands for itself where the union has it."""
    first, *others = get_args(hint) or (hint,)
    plain = getattr(first, "__supertype__", first)
    read: Callable[[Any], Any]
    read = plain if issubclass(plain, StrEnum) else _READ.get(plain, _same)
    if NONE in [literal for each in others for literal in get_args(each)]:
        return lambda value: value if value == NONE else read(value)
    return read


def _same(value: Any) -> Any:
    return value
