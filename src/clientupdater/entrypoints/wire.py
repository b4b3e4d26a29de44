"""From values to JSON: ids as strings, times with an offset, money exact.

The type of a value at run time decides, not its annotation. orjson writes what it knows, and asks
`_written` about the rest; so nothing is converted twice, and nothing is copied.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import attrs
import orjson

from clientupdater.domain.periods import Period
from clientupdater.ports.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Callable

_OPTIONS = orjson.OPT_NAIVE_UTC | orjson.OPT_NON_STR_KEYS
"""No moment goes out without an offset."""


def _money(value: Decimal) -> str:
    """Write all digits, without an exponent; refuse NaN and infinity."""
    if not value.is_finite():
        raise ValueError(f"not an amount: {value!r}")
    return format(value, "f")


def _in_order(values: Set[Any]) -> list[Any]:
    """Sort sets, so that equal values give equal bytes."""
    return sorted(values, key=str)


_KNOWN: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (Decimal, _money),
    (Period, str),
    (Rows, attrgetter("plain")),
    (Set, _in_order),
    (Mapping, dict),
    (tuple, list),
)


class _Writers(dict[type, "Callable[[Any], Any]"]):
    """How values of each type are written; found once for each type."""

    def __missing__(self, kind: type) -> Callable[[Any], Any]:
        known = (write for each, write in _KNOWN if issubclass(kind, each))
        self[kind] = next(known, None) or _members_of(kind)
        return self[kind]


_WRITERS = _Writers()


def _written(value: Any) -> Any:
    """Give a value in a form that orjson knows, one level deep."""
    return _WRITERS[value.__class__](value)


def _members_of(kind: type) -> Callable[[Any], dict[str, Any]]:
    """Make the function that writes a class by its public members.

    It is a dict in so many words, which takes half the time of a loop over names.
    """
    if not attrs.has(kind):
        raise TypeError(f"no JSON for {kind.__name__}")
    names = [a.name for a in attrs.fields(kind) if not a.name.startswith("_")]
    members = ", ".join(f"{name!r}: value.{name}" for name in names)
    written: Callable[[Any], dict[str, Any]] = eval(f"lambda value: {{{members}}}")  # noqa: S307 — names of attributes
    return written


def to_json(value: object) -> bytes:
    """Write JSON; a value of an unknown type is an error."""
    try:
        return orjson.dumps(value, _written, _OPTIONS)
    except orjson.JSONEncodeError as error:
        raise error.__cause__ or error from None


def to_readable_json(value: object) -> str:
    """Write indented JSON, for people and scripts at a terminal."""
    return orjson.dumps(value, _written, _OPTIONS | orjson.OPT_INDENT_2).decode()


def to_plain(value: object) -> Any:
    """Convert a value to dicts, lists, strings, numbers, booleans and None."""
    return orjson.loads(to_json(value))
