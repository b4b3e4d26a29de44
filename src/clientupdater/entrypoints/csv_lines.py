"""Read CSV files from people: the lines, or the faults of the file by the number of the line."""

from __future__ import annotations

import csv
import io
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from clientupdater.domain.errors import Fault, InvalidInput
from clientupdater.domain.imports import MOST_LINES, SheetLine, require_line_count

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

Row: TypeAlias = "tuple[int, list[str]]"
"""The cells of a line, and the number of its first."""

_PLACES = ("areas", "primary_area", "phone", "email")
BRANCH_COLUMNS = ("code", "name", "location", "category", *_PLACES)
STAFF_COLUMNS = ("email", "first_name", "last_name", "branches", "areas", "roles", "company")
MOST_FAULTS = 20
"""Of one header."""


def csv_text(raw: bytes) -> str:
    """Decode a file; InvalidInput names the first line that is not UTF-8."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InvalidInput.of(f"line {line}", "is not UTF-8; save the file as CSV UTF-8") from None


def csv_rows(text: str) -> Iterator[Row]:
    """Read the rows that are not blank, each with the number of its first line."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise InvalidInput.of(f"line {begins}", f"is no CSV: {error}") from None


def head_faults(
    names: Sequence[str], line: int, required: Collection[str], optional: Collection[str]
) -> Iterator[Fault]:
    """List the columns that are missing, unknown or there twice."""
    where, seen = f"line {line}", set()
    for name in required:
        if name not in names:
            yield Fault(where, f"the column {name} is missing")
    for name in names:
        if name in seen:
            yield Fault(where, f"the column {name[:50]!r} comes twice")
        elif name not in (*required, *optional):
            yield Fault(where, f"the column {name[:50]!r} is not known")
        seen.add(name)


def sheet_lines(text: str, columns: Sequence[str], most: int = MOST_LINES) -> tuple[SheetLine, ...]:
    """Read a file with these columns, of which only the first must be there, in any order.

    Lines beyond `most` are counted and not kept.
    """
    before, nul, _ = text.partition("\0")
    if nul:
        line = before.count("\n") + 1
        raise InvalidInput.of(f"line {line}", "holds a NUL character; save the file as CSV UTF-8")
    rows = csv_rows(text.removeprefix("\ufeff"))
    head_at, head = next(rows, (1, None))
    if head is None:
        raise InvalidInput.of("line 1", "the file is empty")
    names = [name.strip() for name in head]
    faults = head_faults(names, head_at, columns[:1], columns[1:])
    if first_faults := list(islice(faults, MOST_FAULTS)):
        raise InvalidInput(first_faults)
    body = list(islice(rows, most))
    require_line_count(len(body) + sum(1 for _ in rows), most)
    return tuple(_sheet_line(number, names, cells) for number, cells in body)


def _sheet_line(number: int, names: Sequence[str], cells: Sequence[str]) -> SheetLine:
    values = dict(zip(names, cells, strict=False))
    if len(cells) == len(names):
        return SheetLine(number, values)
    message = f"the line has {len(cells)} cells, and the header {len(names)}"
    return SheetLine(number, values, (Fault("", message),))
