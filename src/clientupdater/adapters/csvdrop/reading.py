"""A CSV file, read row by row from any row that was reached before."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from clientupdater.adapters.csvdrop.finding import TRAILER
from clientupdater.domain.errors import SourceMalformed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

# The standard library's limit for a cell, 128 KiB, would end the whole run over one bad row; the
# mapping rejects that row alone. Something must bound a quote that is never closed, though.
LARGEST_CELL = 64 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"


@frozen
class Place:
    """Where a row begins: so many bytes and lines lie before it."""

    offset: int = 0
    lines: int = 0

    @classmethod
    def parse(cls, position: str) -> Place:
        """Read a place that was given as a position."""
        offset, colon, lines = position.partition(":")
        if not (colon and _is_number(offset) and _is_number(lines)):
            raise SourceMalformed("the position is none that this source gave")
        return cls(int(offset), int(lines))

    def __str__(self) -> str:
        """Write it as a position."""
        return f"{self.offset}:{self.lines}"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


@define
class Rows:
    """The rows of an open file, with where each begins; its header is read first."""

    file: BinaryIO
    name: str
    encoding: str
    place: Place = field(factory=Place)

    def header(self) -> tuple[str, ...]:
        """Read the first line: the names of the columns."""
        _, cells = next(self._cells(), (self.place, []))
        names = tuple(cell.strip() for cell in cells)
        if not names or names[0] == TRAILER or not all(names):
            raise SourceMalformed(f"{self.name} has no header: its first line names no columns")
        if len(set(names)) != len(names):
            raise SourceMalformed(f"{self.name} names a column twice in its header")
        return names

    def after(self, place: Place, width: int) -> Iterator[tuple[Place, list[str]]]:
        """Read the rows from a place on, up to the trailer or the end."""
        self.place = place
        self.file.seek(place.offset)
        for begun, cells in self._cells():
            if cells[0] == TRAILER and not any(cells[2:]):
                self._require_end()
                return
            if len(cells) != width:
                told = f"{len(cells)} cells where the header has {width}"
                raise self._malformed(begun, told)
            yield begun, cells

    def _cells(self) -> Iterator[tuple[Place, list[str]]]:
        csv.field_size_limit(LARGEST_CELL)
        reader = csv.reader(self._lines(), strict=True)
        begun = self.place
        try:
            for cells in reader:
                if cells:
                    yield begun, cells
                begun = self.place
        except csv.Error as error:
            raise self._malformed(begun, str(error)) from error

    def _lines(self) -> Iterator[str]:
        for line in iter(lambda: self.file.readline(LARGEST_CELL), b""):
            if len(line) == LARGEST_CELL:
                raise self._malformed(self.place, f"it is longer than {LARGEST_CELL} bytes")
            bare = line.removeprefix(_BOM) if self.place.offset == 0 else line
            self.place = Place(self.place.offset + len(line), self.place.lines + 1)
            try:
                yield bare.decode(self.encoding)
            except UnicodeDecodeError as error:
                told = f"not {self.encoding}; name the file's encoding in CSV_ENCODING"
                raise self._malformed(self.place, told, before=0) from error

    def _require_end(self) -> None:
        if self.file.read(4096).strip(b"\r\n \t"):
            raise self._malformed(self.place, "there are rows after the trailer")

    def _malformed(self, place: Place, told: str, *, before: int = 1) -> SourceMalformed:
        return SourceMalformed(f"{self.name}, line {place.lines + before}: {told}")
