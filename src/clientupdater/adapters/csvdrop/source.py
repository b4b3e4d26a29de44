"""Clients from the newest complete CSV file of a drop (Y1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.adapters.csvdrop.finding import newest, on_disk, same
from clientupdater.adapters.csvdrop.reading import Place, Rows
from clientupdater.domain.errors import Fault, SourceMalformed
from clientupdater.domain.sync.mapping import require_columns
from clientupdater.ports.sources import Abilities, Fetch, SourcePage, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path
    from typing import BinaryIO

    from clientupdater.adapters.csvdrop.finding import Drop
    from clientupdater.ports.sources import RawRecord

#: A page ends early after this many bytes, so that huge rows do not fill the memory.
LARGEST_PAGE = 64 * 1024 * 1024


@frozen
class CsvDrop:
    """Reads a folder's newest complete file, or the named file.

    A file holds all clients, so there are no incremental reads. The same file has the same data and
    the same time, however often it is read (Y6).
    """

    where: Path
    encoding: str = "utf-8"
    code: str = "CLIENT_CODE"
    page_size: int = 5_000

    def abilities(self) -> Abilities:
        """Say that the file holds all clients; only the file shows whether it states a count."""
        return Abilities(incremental=False, counts=True, single=True)

    def begin(self, since: datetime | None = None, columns: Sequence[str] = ()) -> Fetch:
        """Begin to read the newest file; `since` has no effect."""
        del since
        drop = newest(self.where)
        require_columns(columns, on_disk(lambda: self._columns(drop)))
        return Fetch(drop.as_of, drop.stated_count(), None, tuple(columns), drop.handle)

    def page(self, fetch: Fetch, position: str | None = None) -> SourcePage:
        """Read a page of the file that `begin` found; a position is a place in it."""
        place = Place.parse(position) if position else None
        if fetch.handle is None:
            raise SourceMalformed("this reading was not begun here")
        drop = same(self.where, fetch.handle)
        return on_disk(lambda: self._page(drop, fetch.columns, place))

    def one(self, code: str) -> RawRecord | None:
        """Search the whole newest file."""
        fetch = self.begin()
        page = self.page(fetch)
        while True:
            record = next((each for each in page.records if each.get(self.code) == code), None)
            if record or page.position is None:
                return record
            page = self.page(fetch, page.position)

    def _columns(self, drop: Drop) -> tuple[str, ...]:
        with drop.path.open("rb") as file:
            return self._rows(drop, file).header()

    def _page(self, drop: Drop, columns: Sequence[str], place: Place | None) -> SourcePage:
        with drop.path.open("rb") as file:
            rows = self._rows(drop, file)
            names = rows.header()
            require_columns(columns, names)
            used = [(n, name) for n, name in enumerate(names) if not columns or name in columns]
            lines, following = self._some(rows.after(place or rows.place))
            drop.require_unchanged(file)
        records = tuple(
            {name: cells[n] for n, name in used}
            if len(cells) == len(names)
            else _ragged(begun, len(cells), len(names))
            for begun, cells in lines
        )
        return SourcePage(records, None if following is None else str(following))

    def _some(
        self, rows: Iterator[tuple[Place, list[str]]]
    ) -> tuple[list[tuple[Place, list[str]]], Place | None]:
        """Read rows until the page is full by number or size; give the next row's place too."""
        lines: list[tuple[Place, list[str]]] = []
        begun: Place | None = None
        for place, cells in rows:
            begun = begun or place
            if len(lines) == self.page_size or place.offset - begun.offset > LARGEST_PAGE:
                return lines, place
            lines.append((place, cells))
        return lines, None

    def _rows(self, drop: Drop, file: BinaryIO) -> Rows:
        return Rows(file, drop.path.name, self.encoding)


def _ragged(begun: Place, cells: int, width: int) -> RawRecord:
    """Stand in for a line whose cells cannot be matched with columns (Y3)."""
    message = f"line {begun.lines + 1} has {cells} cells where the header has {width}"
    return unreadable([Fault("", message)])
