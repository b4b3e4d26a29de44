"""A pension number is in its own field only, whatever a mapping or a record contains (C3).

Every other field is shown, kept in history and exported in clear. So a column that holds pension
numbers fills no other field, and a record that repeats its number elsewhere is rejected.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from clientupdater.domain.errors import Fault
from clientupdater.domain.sync.fields import IDENTITY, Field, Kind
from clientupdater.domain.sync.transforms import looked_up_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from clientupdater.domain.sync.fields import Entry, Raw, Value
    from clientupdater.domain.sync.transforms import Lookups, Transform

REPEATED = "repeats the client's pension number, which belongs in its own column alone"
_FEWEST_DIGITS = 6
"""A text with fewer digits is no pension number: "N/A" and "0" are in many columns at once."""
_KEPT = f"{string.ascii_letters}{string.digits}\n".encode()
_CAPITALS = bytes.maketrans(string.ascii_lowercase.encode(), string.ascii_uppercase.encode())
_AROUND_DIGITS = bytes({*range(256)} - {*_KEPT})
_LONG = 8
"""A number of this length counts within longer text too; a shorter one could be chance."""


def folded(column: str) -> str:
    """Fold a column's name, so that no other spelling of it counts as another column."""
    return column.strip().casefold()


def pension_columns(entries: Iterable[Entry]) -> frozenset[str]:
    """Give the columns that these lines read as pension numbers, folded."""
    return frozenset(
        folded(each.column) for each in entries if each.field == str(Field.PENSION_NUMBER)
    )


def protection_faults(entries: Iterable[Entry], protected: Collection[str]) -> Iterator[Fault]:
    """Find the lines that would put pension numbers into another field."""
    for n, entry in enumerate(entries):
        if entry.field != str(Field.PENSION_NUMBER) and folded(entry.column) in protected:
            yield Fault(
                f"/{n}/column",
                f"{entry.column} holds pension numbers, so it can fill {Field.PENSION_NUMBER} only",
            )


def number_in(cell: Raw) -> str | None:
    """Read a cell as a plain pension number; None if it cannot be one."""
    if isinstance(cell, str) and cell.isdigit():  # nearly all of them
        return cell if len(cell) >= _FEWEST_DIGITS else None
    plain = _plain(str(cell)) if isinstance(cell, str | int) else ""
    return plain if sum(map(str.isdigit, plain)) >= _FEWEST_DIGITS else None


def can_repeat(field: Field, steps: Sequence[Transform], lookups: Lookups) -> bool:
    """Whether a field can hold a pension number by mistake.

    A lookup field holds one of its table's codes, and those rarely look like numbers.
    """
    if field is Field.PENSION_NUMBER or field.kind is not Kind.TEXT:
        return False
    table = looked_up_in(steps)
    codes = lookups.tables.get(table, {}).values() if table else ()
    return table is None or any(map(number_in, codes))


def repeats(
    number: str, values: Mapping[Field, Value], fields: Iterable[Field]
) -> tuple[Field, ...]:
    """Give those of the fields that repeat a record's pension number.

    Hardly any record repeats it, so all its texts are searched at once first.
    """
    joined = "\n".join(filter(None, map(values.get, fields)))  # type: ignore[arg-type]
    if not joined.isascii():
        joined = joined.upper()  # "ﬁ" is two capitals
    if number.encode("ascii", "ignore") not in joined.encode().translate(_CAPITALS, _AROUND_DIGITS):
        return ()
    return tuple(field for field in fields if _holds(field, values.get(field), number))


def is_number(value: Value, number: str | None) -> bool:
    """Whether a value is that very number, in any spelling."""
    return number is not None and isinstance(value, str) and _plain(value) == number


def _holds(field: Field, value: Value, number: str) -> bool:
    if not isinstance(value, str):
        return False
    # A client's code may be derived from the number; only the number itself reveals it fully.
    if field in IDENTITY or len(number) < _LONG:
        return _plain(value) == number
    return number in _plain(value)


def _plain(text: str) -> str:
    upper = text.upper()
    return upper if upper.isalnum() else "".join(filter(str.isalnum, upper))
