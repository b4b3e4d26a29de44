"""Map a source's records, page by page (Y1, Y3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.sync.mapping import Record, RecordMapper, Reject, Row
from clientupdater.ports.sources import UNREADABLE, faults_of, is_deleted

if TYPE_CHECKING:
    from clientupdater.ports.sources import RawRecord
    from clientupdater.ports.sync import Numbered, Terms


@frozen
class MappedPage:
    """The rows and rejects of one page."""

    rows: tuple[Row, ...]
    rejects: tuple[Reject, ...]

    @property
    def without_code(self) -> int:
        """How many records have no client code (Y6)."""
        return sum(each.code is None and not each.hides_code for each in self.rejects)

    @property
    def hidden_codes(self) -> int:
        """How many records may have a code that could not be read (Y6)."""
        return sum(each.hides_code for each in self.rejects)


def record_of(row: int, cells: RawRecord) -> Record:
    """Separate the source's cells from the adapter's faults."""
    faults = faults_of(cells)
    if faults:
        cells = {name: cell for name, cell in cells.items() if name != UNREADABLE}
    return Record(row, cells, is_deleted(cells), faults)


@frozen
class PageMapper:
    """Maps pages by the terms of the company that each record is of."""

    general: RecordMapper
    own: Mapping[str, RecordMapper]

    @classmethod
    def of(cls, terms: Terms) -> PageMapper:
        own = {
            company: RecordMapper.of(mapping, terms.lookups)
            for company, mapping in terms.own.items()
        }
        return cls(RecordMapper.of(terms.general, terms.lookups), own)

    def map(self, records: Iterable[Numbered]) -> MappedPage:
        mapped = [self._mapped(record_of(row, cells)) for row, cells in records]
        return MappedPage(
            tuple(each for each in mapped if isinstance(each, Row)),
            tuple(each for each in mapped if isinstance(each, Reject)),
        )

    def _mapped(self, record: Record) -> Row | Reject:
        mapped = self.general(record)
        if not self.own or not isinstance(mapped, Row):
            return mapped
        own = self.own.get(mapped.company or "")
        return own(record) if own else mapped
