"""Lines of a CSV file that adds branches or staff, and the verdict on each."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.errors import BulkRejected, Fault, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST_LINES = 500
"""Of a file, which is taken whole or not at all."""
MOST_CODES = 50
"""In one cell."""
SEPARATOR = ";"
LONGEST_NAME = 255


class Verdict(StrEnum):
    """What taking a line does."""

    CREATE = "create"
    CHANGE = "change"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@frozen
class SheetLine:
    """The cells of a line by column; an empty cell leaves a value as it is."""

    line: int
    cells: Mapping[str, str] = field(repr=False)
    faults: tuple[Fault, ...] = ()
    """Faults that were seen when the line was read."""

    def text(self, column: str) -> str | None:
        """Return a cell without the spaces around it; None if it is empty."""
        return self.cells.get(column, "").strip() or None

    def codes(self, column: str) -> tuple[str, ...]:
        """Return the codes in a cell, each once, in their order."""
        codes = (code.strip() for code in self.cells.get(column, "").split(SEPARATOR))
        return tuple(dict.fromkeys(code for code in codes if code))

    def cell_faults(self, columns: Iterable[str]) -> list[Fault]:
        """List the cells with too many codes, after the faults that are known."""
        message = f"has more than {MOST_CODES} codes"
        return [
            *self.faults,
            *(Fault(name, message) for name in columns if len(self.codes(name)) > MOST_CODES),
        ]


@frozen(kw_only=True)
class LineVerdict:
    """What taking a line does: to what, and which of its columns change something."""

    line: int
    name: str | None = field(repr=False)
    """The branch's code or the person's email, if the line has one that can be shown."""
    verdict: Verdict
    changes: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    """Each with the column as its pointer."""

    @classmethod
    def of(
        cls,
        line: SheetLine,
        name: str | None,
        *,
        is_new: bool,
        changes: Iterable[str],
        faults: Iterable[Fault],
    ) -> LineVerdict:
        """Judge a line by what it changes and by its faults."""
        faults, changes = tuple(faults), tuple(changes)
        name = name if name and len(name) <= LONGEST_NAME and name.isprintable() else None
        if faults:
            return cls(line=line.line, name=name, verdict=Verdict.REFUSED, faults=faults)
        verdict = Verdict.CHANGE if changes else Verdict.UNCHANGED
        verdict = Verdict.CREATE if is_new else verdict
        return cls(line=line.line, name=name, verdict=verdict, changes=changes)


def require_line_count(count: int, most: int = MOST_LINES) -> None:
    """Refuse a file without lines, or with too many."""
    if not count:
        raise InvalidInput.of("line 1", "there is nothing below the header")
    if count > most:
        message = f"a file holds {most} lines at most, not {count}: split it"
        raise InvalidInput.of("", message)


def require_none_refused(verdicts: Sequence[LineVerdict]) -> None:
    """Refuse to take a file of which a line is refused."""
    if any(each.verdict is Verdict.REFUSED for each in verdicts):
        raise BulkRejected(verdicts)


def repeated_lines(lines: Iterable[SheetLine], column: str) -> Mapping[int, int]:
    """Return the lines that repeat another's value of a column, in any case of letters."""
    first: dict[str, int] = {}
    repeated = {}
    for each in lines:
        key = (each.text(column) or "").casefold()
        before = first.setdefault(key, each.line)
        if key and before != each.line:
            repeated[each.line] = before
    return repeated


def faults_by_column(error: InvalidInput) -> list[Fault]:
    """Name the columns of faults in values."""
    return [Fault(fault.pointer.lstrip("/"), fault.message) for fault in error.faults]
