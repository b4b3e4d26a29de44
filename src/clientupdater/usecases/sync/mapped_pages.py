"""From what a source sent to rows of ours, page by page (Y1, Y3)."""

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
    """What became of some records."""

    rows: tuple[Row, ...]
    rejects: tuple[Reject, ...]

    @property
    def without_code(self) -> int:
        """How many nobody can tell whose they are (Y6)."""
        return sum(each.code is None and not each.hides_code for each in self.rejects)

    @property
    def hidden_codes(self) -> int:
        """How many have a code, perhaps, that could not be read (Y6)."""
        return sum(each.hides_code for each in self.rejects)


def record_of(row: int, cells: RawRecord) -> Record:
    """Part what a source said from what its adapter says of it."""
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
        """Make it ready."""
        own = {
            company: RecordMapper.of(mapping, terms.lookups)
            for company, mapping in terms.own.items()
        }
        return cls(RecordMapper.of(terms.general, terms.lookups), own)

    def map(self, records: Iterable[Numbered]) -> MappedPage:
        """Map some records."""
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
