"""Reading a CSV file row by row, from any row that was reached before."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from clientupdater.adapters.csvdrop.finding import TRAILER
from clientupdater.domain.errors import MEND_FILE, SourceMalformed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

# The standard library's limit for a cell, 128 KiB, would fail the whole run over one bad row, which
# the mapping rejects alone. This limit bounds a quote that is never closed.
LARGEST_CELL = 64 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_QUOTED = re.compile(r'"[^"]*(?:""[^"]*)*"')
_BARE = re.compile(r"[^,\r\n]*")
_IN_OUR_WORDS = {
    "unexpected end of data": "a quote is opened here and never closed",
    "',' expected after '\"'": "no comma follows the closing quote",
}


@frozen
class Place:
    """The beginning of a row: the number of bytes and lines before it."""

    offset: int = 0
    lines: int = 0

    @classmethod
    def parse(cls, position: str) -> Place:
        offset, colon, lines = position.partition(":")
        if not (colon and _is_number(offset) and _is_number(lines)):
            raise SourceMalformed("the position is none that this source gave")
        return cls(int(offset), int(lines))

    def __str__(self) -> str:
        return f"{self.offset}:{self.lines}"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


@define
class Rows:
    """The rows of an open file, each with its place. Read the header first."""

    file: BinaryIO
    name: str
    encoding: str
    place: Place = field(factory=Place)
    _begun: Place = field(factory=Place, init=False)
    """The beginning of the current row."""
    _names: tuple[str, ...] = field(default=(), init=False)

    def header(self) -> tuple[str, ...]:
        """Read the first line: the names of the columns."""
        _, cells = next(self._cells(), (self.place, []))
        names = tuple(cell.strip() for cell in cells)
        if not names or names[0] == TRAILER or not all(names):
            message = f"{self.name} has no header: its first line names no columns"
            raise SourceMalformed(message, MEND_FILE)
        if len(set(names)) != len(names):
            raise SourceMalformed(f"{self.name} names a column twice in its header", MEND_FILE)
        self._names = names
        return names

    def after(self, place: Place) -> Iterator[tuple[Place, list[str]]]:
        """Read the rows from a place up to the trailer or the end, whatever their width."""
        self.place = place
        self.file.seek(place.offset)
        for begun, cells in self._cells():
            if cells[0] == TRAILER and not any(cells[2:]):
                self._require_end()
                return
            yield begun, cells

    def _cells(self) -> Iterator[tuple[Place, list[str]]]:
        csv.field_size_limit(LARGEST_CELL)
        reader = csv.reader(self._lines(), strict=True)
        self._begun = self.place
        try:
            for cells in reader:
                if cells:
                    yield self._begun, cells
                self._begun = self.place
        except csv.Error as error:
            raise self._ill_formed(str(error)) from error

    def _lines(self) -> Iterator[str]:
        for line in iter(lambda: self.file.readline(LARGEST_CELL), b""):
            if len(line) == LARGEST_CELL:
                raise self._malformed(self.place.lines, f"it is longer than {LARGEST_CELL} bytes")
            bare = line.removeprefix(_BOM) if self.place.offset == 0 else line
            self.place = Place(self.place.offset + len(line), self.place.lines + 1)
            try:
                yield bare.decode(self.encoding)
            except UnicodeDecodeError as error:
                end = self.place.offset - len(bare) + error.start
                raise self._ill_formed(
                    f"not {self.encoding}; name the file's encoding in CSV_ENCODING", end
                ) from error

    def _require_end(self) -> None:
        if self.file.read(4096).strip(b"\r\n \t"):
            raise self._malformed(self.place.lines, "there are rows after the trailer")

    def _ill_formed(self, problem: str, end: int | None = None) -> SourceMalformed:
        """Name the line and the column in which the current row stops being CSV."""
        self.file.seek(self._begun.offset)
        end = self.place.offset if end is None else end
        raw = self.file.read(end - self._begun.offset).removeprefix(_BOM)
        text = raw.decode(self.encoding, "replace")
        at, cell = fault_in(text)
        name = f" ({self._names[cell]})" if cell < len(self._names) else ""
        lines = self._begun.lines + text.count("\n", 0, at)
        return self._malformed(
            lines, _IN_OUR_WORDS.get(problem, problem), f", column {cell + 1}{name}"
        )

    def _malformed(self, lines: int, problem: str, column: str = "") -> SourceMalformed:
        return SourceMalformed(f"{self.name}, line {lines + 1}{column}: {problem}", MEND_FILE)


def fault_in(text: str) -> tuple[int, int]:
    """Find where a row stops being CSV, or ends: the character and its cell."""
    at = cell = 0
    while True:
        match = (_QUOTED if text.startswith('"', at) else _BARE).match(text, at)
        if match is None:
            return at, cell
        if not text.startswith(",", match.end()):
            return match.end(), cell
        at, cell = match.end() + 1, cell + 1
