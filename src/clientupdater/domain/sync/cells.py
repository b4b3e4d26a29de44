"""From a source's cell to a field's value: steps combined once, for many records (Y1, Y3).

Half a million records of sixteen cells are eight million cells. So everything that does not depend
on a cell is decided before the first one: the steps, the lookups, the kind of the field, and
whether it may be empty. The result is a function from cell to value, which remembers repeated
cells.
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

#: Sources have no legitimate cell longer than this.
LONGEST_CELL = 4000
#: How many different cells of a field are remembered; dates of birth vary most.
REMEMBERED = 50_000

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_TYPE_OF_KIND = {Kind.DATE: date, Kind.MONEY: Decimal, Kind.MOMENT: datetime, Kind.NUMBER: int}

CellReader: TypeAlias = Callable[["Raw"], "Value"]
"""Takes a cell, or raises Unfit."""


def cell_reader(
    target: Field, steps: Sequence[Transform], lookups: Lookups, *, required: bool
) -> CellReader:
    """Make the function that reads a field's cells; a `required` cell may not be empty."""
    fit = _fitting(target)

    def take(cell: Raw) -> Value:
        value: Raw = _storable(cell) if isinstance(cell, str) else cell
        if value is not None:
            for step in steps:
                value = step(value, lookups)
        fitted = None if value is None else fit(value)
        if required and fitted is None:
            raise Unfit("is missing")
        return fitted

    return _Remembered(take).__getitem__ if target.repeats else take


class _Remembered(dict["Raw", "Value"]):
    """Remembers the values of texts; cells that are unfit are converted again each time."""

    def __init__(self, take: CellReader) -> None:
        """Begin with nothing."""
        super().__init__()
        self._take = take

    def __missing__(self, cell: Raw) -> Value:
        value = self._take(cell)
        # True, 1 and 1.0 are one key but different cells; a text equals only itself.
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


def _fitting(target: Field) -> CellReader:
    """Make the check that a transformed value fits its field."""
    expected = _TYPE_OF_KIND.get(target.kind)
    return _fitting_text(target.longest) if expected is None else _fitting_as(target, expected)


def _fitting_text(longest: int) -> CellReader:
    def fit(value: Raw) -> Value:
        text = value if isinstance(value, str) else as_text(value)
        if not text:
            return None
        if len(text) > longest:
            raise Unfit(f"is longer than {longest} characters")
        return text

    return fit


def _fitting_as(target: Field, expected: type) -> CellReader:
    def fit(value: Raw) -> Value:
        if isinstance(value, float) or type(value) is not expected:
            raise Unfit(f"is not {target.kind}; the mapping lacks a transform")
        return value

    return fit
