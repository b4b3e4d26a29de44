"""From values to JSON: ids as strings, times with an offset, money exact.

The type of a value at run time decides, not its annotation: the domain imports many types for the
type checker alone.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

import attrs
import orjson
from cattrs import Converter

from clientupdater.domain.periods import Period

if TYPE_CHECKING:
    from collections.abc import Callable


def _moment(value: datetime) -> str:
    """Refuse a time without an offset, which other zones would read as another time."""
    if value.utcoffset() is None:
        raise ValueError(f"a time needs an offset: {value!r}")
    return value.isoformat()


def _money(value: Decimal) -> str:
    """Write all digits, without an exponent; refuse NaN and infinity."""
    if not value.is_finite():
        raise ValueError(f"not an amount: {value!r}")
    return format(value, "f")


def _object(value: Any) -> dict[str, Any]:
    return {name: to_plain(getattr(value, name)) for name in _shown(value.__class__)}


@cache
def _shown(kind: Any) -> tuple[str, ...]:
    return tuple(a.name for a in attrs.fields(kind) if not a.name.startswith("_"))


def _sequence(values: Any) -> list[Any]:
    return [to_plain(value) for value in values]


def _set(values: Any) -> list[Any]:
    """Sort sets, so that equal values give equal bytes."""
    return sorted(_sequence(values), key=str)


def _mapping(values: Any) -> dict[str, Any]:
    return {str(to_plain(key)): to_plain(value) for key, value in values.items()}


_COLLECTIONS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (tuple, _sequence),
    (list, _sequence),
    (dict, _mapping),
    (set, _set),
    (frozenset, _set),
)


def _converter() -> Converter:
    converter = Converter()
    converter.register_unstructure_hook_func(attrs.has, _object)
    converter.register_unstructure_hook(Enum, lambda value: value.value)
    converter.register_unstructure_hook(UUID, str)
    converter.register_unstructure_hook(Period, str)
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_unstructure_hook(datetime, _moment)
    converter.register_unstructure_hook(Decimal, _money)
    for kind, hook in _COLLECTIONS:
        converter.register_unstructure_hook(kind, hook)
    return converter


_CONVERTER = _converter()


def to_plain(value: Any) -> Any:
    """Convert a value to dicts, lists, strings, numbers, booleans and None."""
    return _hook(value.__class__)(value)


@cache
def _hook(kind: Any) -> Callable[[Any], Any]:
    """Look up the hook once for each type: a page has ten thousand values of a dozen types."""
    return _CONVERTER.get_unstructure_hook(kind)


def to_json(value: object) -> bytes:
    """Write JSON; a value of an unknown type is an error."""
    return orjson.dumps(to_plain(value))


def to_readable_json(value: object) -> str:
    """Write indented JSON, for people and scripts at a terminal."""
    return orjson.dumps(to_plain(value), option=orjson.OPT_INDENT_2).decode()
