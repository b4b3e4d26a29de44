"""How a cell becomes a value of ours: a field's steps put together once, for many records (Y1, Y3).

Half a million records of sixteen cells are eight million cells, so whatever can be known before
the first of them is: which steps, which lookups, what kind the field holds, whether it may be
empty. What is left is a function from a cell to a value, and it remembers where cells repeat.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from clientupdater.domain.sync.fields import Field, Kind
from clientupdater.domain.sync.transforms import Lookups, Transform, Unfit, as_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.domain.sync.fields import Raw, Value

#: No cell of any source is honestly longer than this.
LONGEST_CELL = 4000
#: So many different cells of a field are remembered; days of birth are the most various of them.
REMEMBERED = 50_000

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_TYPE_OF_KIND = {Kind.DATE: date, Kind.MONEY: Decimal, Kind.MOMENT: datetime, Kind.NUMBER: int}

CellReader: TypeAlias = Callable[["Raw"], "Value"]
"""Takes a cell, or raises Unfit."""


def cell_reader(
    wanted: Field, steps: Sequence[Transform], lookups: Lookups, *, required: bool
) -> CellReader:
    """Make the function that reads a field's cells; a `required` cell may not be empty."""
    fit = _fitting(wanted)

    def take(cell: Raw) -> Value:
        value: Raw = _storable(cell) if isinstance(cell, str) else cell
        if value is not None:
            for step in steps:
                value = step(value, lookups)
        fitted = None if value is None else fit(value)
        if required and fitted is None:
            raise Unfit("is missing")
        return fitted

    return _Remembered(take).__getitem__ if wanted.repeats else take


class _Remembered(dict["Raw", "Value"]):
    """Answers at once for a text that came before; what is unfit is looked at again."""

    def __init__(self, take: CellReader) -> None:
        """Begin with nothing."""
        super().__init__()
        self._take = take

    def __missing__(self, cell: Raw) -> Value:
        value = self._take(cell)
        # True, 1 and 1.0 are one key and not one cell; a text equals nothing but itself.
        if type(cell) is str and len(self) < REMEMBERED:
            self[cell] = value
        return value


def _storable(cell: str) -> str:
    if len(cell) > LONGEST_CELL:
        raise Unfit(f"is longer than {LONGEST_CELL} characters")
    bad = "\x00" in cell if cell.isascii() else _UNSTORABLE.search(cell)
    if bad:
        raise Unfit("holds characters that cannot be stored")
    return cell


def _fitting(wanted: Field) -> CellReader:
    """Make the check that a transformed value fits its field."""
    expected = _TYPE_OF_KIND.get(wanted.kind)
    return _fitting_text(wanted.longest) if expected is None else _fitting_as(wanted, expected)


def _fitting_text(longest: int) -> CellReader:
    def fit(value: Raw) -> Value:
        text = value if isinstance(value, str) else as_text(value)
        if not text:
            return None
        if len(text) > longest:
            raise Unfit(f"is longer than {longest} characters")
        return text

    return fit


def _fitting_as(wanted: Field, expected: type) -> CellReader:
    def fit(value: Raw) -> Value:
        if isinstance(value, float) or type(value) is not expected:
            raise Unfit(f"is not {wanted.kind}; the mapping lacks a transform")
        return value

    return fit
