"""From what a source sent to rows of ours, page by page (Y1, Y3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, frozen

from clientupdater.domain.sync.mapping import Record, Reject, Row, map_record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clientupdater.ports.syncing import InputPage, Terms

#: The member by which a source says that a client is gone.
DELETED = "deleted"


@frozen
class MappedPage:
    """What became of a page's records."""

    rows: tuple[Row, ...]
    rejects: tuple[Reject, ...]

    @property
    def without_code(self) -> int:
        """How many nobody can tell whose they are (Y6)."""
        return sum(each.code is None for each in self.rejects)


@define
class PageMapper:
    """Maps pages by the terms of the company that each record is of."""

    terms: Terms
    _has_columns: bool = False

    def map(self, page: InputPage) -> MappedPage:
        """Map a page; the first tells whether the source has lost columns (Y3)."""
        records = self._records(page)
        if not self._has_columns:
            self._require_columns(records)
        mapped = [self._mapped(each) for each in records]
        return MappedPage(
            tuple(each for each in mapped if isinstance(each, Row)),
            tuple(each for each in mapped if isinstance(each, Reject)),
        )

    def _records(self, page: InputPage) -> list[Record]:
        return [
            Record(row, cells, deleted=cells.get(DELETED) is True)
            for row, cells in enumerate(page.records, page.first)
        ]

    def _require_columns(self, records: Iterable[Record]) -> None:
        found = {name for each in records if not each.deleted for name in each.cells}
        if found:
            self.terms.general.require_columns(found)
            self._has_columns = True

    def _mapped(self, record: Record) -> Row | Reject:
        general, lookups = self.terms.general, self.terms.lookups
        mapped = map_record(general, lookups, record)
        if not self.terms.own or not isinstance(mapped, Row):
            return mapped
        own = self.terms.of(mapped.company)
        return mapped if own is general else map_record(own, lookups, record)
