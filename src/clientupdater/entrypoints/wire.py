"""Where domain values become JSON: strings for ids, moments with offset, money exact.

Values are told by what they are at run time, not by their annotations: the domain imports many of
its types for the type checker alone.
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
    """Refuse a moment that does not say where: it would be read as another one elsewhere."""
    if value.utcoffset() is None:
        raise ValueError(f"a moment without an offset cannot be told: {value!r}")
    return value.isoformat()


def _money(value: Decimal) -> str:
    """Write it out, never as an exponent; a number that is none is refused."""
    if not value.is_finite():
        raise ValueError(f"no amount: {value!r}")
    return format(value, "f")


def _object(value: Any) -> dict[str, Any]:
    return {name: to_plain(getattr(value, name)) for name in _shown(value.__class__)}


@cache
def _shown(kind: Any) -> tuple[str, ...]:
    return tuple(a.name for a in attrs.fields(kind) if not a.name.startswith("_"))


def _sequence(values: Any) -> list[Any]:
    return [to_plain(value) for value in values]


def _set(values: Any) -> list[Any]:
    """Sets are told in a fixed order, so that the same answer is the same bytes."""
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
    """Make it of dicts, lists, strings, numbers, booleans and None alone."""
    return _hook(value.__class__)(value)


@cache
def _hook(kind: Any) -> Callable[[Any], Any]:
    """Find out once for each kind: a page has ten thousand values of a dozen kinds."""
    return _CONVERTER.get_unstructure_hook(kind)


def to_json(value: object) -> bytes:
    """Write it as JSON; whatever is not known here is an error, not a guess."""
    return orjson.dumps(to_plain(value))


def to_readable_json(value: object) -> str:
    """Write it as JSON for people and scripts at a terminal."""
    return orjson.dumps(to_plain(value), option=orjson.OPT_INDENT_2).decode()
