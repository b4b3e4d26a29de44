"""A source over records in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import SourceMalformed
from clientupdater.domain.sync.mapping import require_columns
from clientupdater.ports.sources import DELETED, Abilities, Fetch, SourcePage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from clientupdater.ports.clock import Clock
    from clientupdater.ports.sources import RawRecord


@frozen
class MemorySource:
    """Gives its records in pages; `code` and `changed` name the columns that it goes by."""

    records: Sequence[RawRecord]
    clock: Clock
    code: str = "CLIENT_CODE"
    changed: str = "UPDATED_AT"
    page_size: int = 500

    def abilities(self) -> Abilities:
        """Say that it can do everything."""
        return Abilities(incremental=True, counts=True, single=True)

    def begin(self, since: datetime | None = None, columns: Sequence[str] = ()) -> Fetch:
        """Begin to read what there is at this moment."""
        if self.records:
            require_columns(columns, {name for each in self.records for name in each})
        return Fetch(self.clock.now(), len(self._asked_for(since)), since, tuple(columns))

    def page(self, fetch: Fetch, position: str | None = None) -> SourcePage:
        """Read a page; a position is how many were read before."""
        begun = _number(position)
        changed = self._asked_for(fetch.since)
        ended = begun + self.page_size
        records = tuple(_only(fetch.columns, each) for each in changed[begun:ended])
        return SourcePage(records, str(ended) if ended < len(changed) else None)

    def one(self, code: str) -> RawRecord | None:
        """Find one by code."""
        return next((each for each in self.records if each[self.code] == code), None)

    def _asked_for(self, since: datetime | None) -> Sequence[RawRecord]:
        """Leave out what has not changed since; what does not say when, has (Y8)."""
        if since is None:
            return self.records
        return [each for each in self.records if self._has_changed(each, since)]

    def _has_changed(self, record: RawRecord, since: datetime) -> bool:
        changed = record.get(self.changed)
        return changed is None or changed >= since  # type: ignore[operator] # a moment, by name


def _only(columns: Sequence[str], record: RawRecord) -> RawRecord:
    if not columns:
        return record
    return {name: record[name] for name in (*columns, DELETED) if name in record}


def _number(position: str | None) -> int:
    if position is None:
        return 0
    if not position.isascii() or not position.isdigit():
        raise SourceMalformed("the position is none that this source gave")
    return int(position)
