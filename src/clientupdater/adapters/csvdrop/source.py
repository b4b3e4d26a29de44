"""Clients out of the newest complete CSV file of a drop (Y1)."""

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

#: A page ends early after so many bytes: rows of ten megabytes each are no five thousand at a time.
LARGEST_PAGE = 64 * 1024 * 1024


@frozen
class CsvDrop:
    """Reads a folder's newest complete file, or the file that is named.

    A file is the whole book, so what has changed since cannot be asked for. The same file is the
    same data, of the same moment, however often it is read (Y6).
    """

    where: Path
    encoding: str = "utf-8"
    code: str = "CLIENT_CODE"
    page_size: int = 5_000

    def abilities(self) -> Abilities:
        """Say that it gives the whole book; whether a file states its count, only it can tell."""
        return Abilities(incremental=False, counts=True, single=True)

    def begin(self, since: datetime | None = None, columns: Sequence[str] = ()) -> Fetch:
        """Begin to read the newest file: all of it, whatever has changed."""
        del since
        drop = newest(self.where)
        require_columns(columns, on_disk(lambda: self._columns(drop)))
        return Fetch(drop.as_of, drop.stated_count(), None, tuple(columns), drop.handle)

    def page(self, fetch: Fetch, position: str | None = None) -> SourcePage:
        """Read a page of the file that the reading began with; a position is a place in it."""
        place = Place.parse(position) if position else None
        if fetch.handle is None:
            raise SourceMalformed("this reading was not begun here")
        drop = same(self.where, fetch.handle)
        return on_disk(lambda: self._page(drop, fetch.columns, place))

    def one(self, code: str) -> RawRecord | None:
        """Look for one in the whole newest file."""
        fetch = self.begin()
        page = self.page(fetch)
        while True:
            result = next((each for each in page.records if each.get(self.code) == code), None)
            if result or page.position is None:
                return result
            page = self.page(fetch, page.position)

    def _columns(self, drop: Drop) -> tuple[str, ...]:
        with drop.path.open("rb") as file:
            return self._rows(drop, file).header()

    def _page(self, drop: Drop, wanted: Sequence[str], place: Place | None) -> SourcePage:
        with drop.path.open("rb") as file:
            rows = self._rows(drop, file)
            names = rows.header()
            require_columns(wanted, names)
            kept = [(n, name) for n, name in enumerate(names) if not wanted or name in wanted]
            result, following = self._some(rows.after(place or rows.place))
            drop.require_unchanged(file)
        records = tuple(
            {name: cells[n] for n, name in kept}
            if len(cells) == len(names)
            else _ragged(begun, len(cells), len(names))
            for begun, cells in result
        )
        return SourcePage(records, None if following is None else str(following))

    def _some(
        self, rows: Iterator[tuple[Place, list[str]]]
    ) -> tuple[list[tuple[Place, list[str]]], Place | None]:
        """Take rows until the page is full, by their number or their size; tell which is next."""
        items: list[tuple[Place, list[str]]] = []
        begun: Place | None = None
        for place, cells in rows:
            begun = begun or place
            if len(items) == self.page_size or place.offset - begun.offset > LARGEST_PAGE:
                return items, place
            items.append((place, cells))
        return items, None

    def _rows(self, drop: Drop, file: BinaryIO) -> Rows:
        return Rows(file, drop.path.name, self.encoding)


def _ragged(begun: Place, cells: int, width: int) -> RawRecord:
    """Stand in for a line in which nobody knows which cell is of which column (Y3)."""
    message = f"line {begun.lines + 1} has {cells} cells where the header has {width}"
    return unreadable([Fault("", message)])
