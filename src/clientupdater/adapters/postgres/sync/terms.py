"""How a source's records are read, over one PostgreSQL transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.domain.errors import Fault, InvalidInput, Misconfigured
from clientupdater.domain.sync.fields import Entry
from clientupdater.domain.sync.mapping import check_mapping

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from clientupdater.domain.sync.fields import Source
    from clientupdater.domain.sync.mapping import SourceMapping

QUERIES = named_queries("sync/terms.sql")


def _checked(source: Source, entries: Iterable[Entry], protected: Collection[str]) -> SourceMapping:
    try:
        return check_mapping(entries, protected)
    except InvalidInput as error:
        faults = [Fault(f"field_mappings of {source}", fault.message) for fault in error.faults]
        raise Misconfigured(faults) from error
