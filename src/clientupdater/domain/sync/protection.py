"""A pension number stands in its own field alone, whatever a mapping or a record says (C3).

Every other field is shown, kept in history and exported in clear. So a column that holds pension
numbers fills no other field, and a record that repeats its number elsewhere is refused.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from clientupdater.domain.errors import Fault
from clientupdater.domain.sync.fields import IDENTITY, Field

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from clientupdater.domain.sync.fields import Entry, Raw, Value

REPEATED = "repeats the client's pension number, which belongs in its own column alone"
_FEWEST_DIGITS = 6
"""What has fewer is no number of a person: "N/A" and "0" stand in many columns at once."""
_KEPT = f"{string.ascii_uppercase}{string.digits}\n".encode()
_AROUND_DIGITS = bytes({*range(256)} - {*_KEPT})
_LONG = 8
"""So long a number is found within a text as well; a shorter one could be there by chance."""


def folded(column: str) -> str:
    """Write a column's name so that no other spelling of it passes for another column."""
    return column.strip().casefold()


def pension_columns(entries: Iterable[Entry]) -> frozenset[str]:
    """Name the columns that these lines read as pension numbers, folded."""
    return frozenset(
        folded(each.column) for each in entries if each.field == str(Field.PENSION_NUMBER)
    )


def protection_faults(entries: Iterable[Entry], protected: Collection[str]) -> Iterator[Fault]:
    """Find the lines that would carry pension numbers into another field."""
    for n, entry in enumerate(entries):
        if entry.field != str(Field.PENSION_NUMBER) and folded(entry.column) in protected:
            yield Fault(
                f"/{n}/column",
                f"{entry.column} holds pension numbers, so it can fill {Field.PENSION_NUMBER} only",
            )


def number_in(cell: Raw) -> str | None:
    """Read a cell as a pension number in plain form; None where it can be none."""
    plain = _plain(str(cell)) if isinstance(cell, str | int) else ""
    return plain if sum(map(str.isdigit, plain)) >= _FEWEST_DIGITS else None


def repeats(number: str, values: Mapping[Field, Value]) -> tuple[Field, ...]:
    """Name the other fields in which a record's pension number stands.

    Nearly no record has one, so all its texts are looked through at once first.
    """
    texts = [each for each in values.values() if each.__class__ is str]
    joined = "\n".join(texts).upper().encode().translate(None, _AROUND_DIGITS)
    if joined.count(number.encode("ascii", "ignore")) <= (Field.PENSION_NUMBER in values):
        return ()
    return tuple(field for field, value in values.items() if _holds(field, value, number))


def is_number(value: Value, number: str | None) -> bool:
    """Whether a value is that very number, however it is written."""
    return number is not None and isinstance(value, str) and _plain(value) == number


def _holds(field: Field, value: Value, number: str) -> bool:
    if field is Field.PENSION_NUMBER or not isinstance(value, str):
        return False
    # A client's code may be made from the number; only the number itself gives it away whole.
    if field in IDENTITY or len(number) < _LONG:
        return _plain(value) == number
    return number in _plain(value)


def _plain(text: str) -> str:
    upper = text.upper()
    return upper if upper.isalnum() else "".join(filter(str.isalnum, upper))
