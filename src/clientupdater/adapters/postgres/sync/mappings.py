"""Mappings as they are saved, over one PostgreSQL transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import asdict, frozen
from psycopg.types.json import Jsonb

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.domain.sync.mapping import Entry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from clientupdater.adapters.postgres.core.connect import Connection
    from clientupdater.domain.ids import CompanyId, PersonId
    from clientupdater.domain.sync.fields import Source

QUERIES = named_queries("sync/mappings.sql")


@frozen
class PostgresSyncMappings:
    """Mappings as they are saved."""

    _connection: Connection

    def read(self, source: Source, company: CompanyId | None) -> list[Entry]:
        """Read the lines of one company alone, or the general ones."""
        values = {"source": str(source), "company": company}
        return [
            Entry(name, column, tuple(steps), owns)
            for name, column, steps, owns in self._connection.execute(QUERIES["read"], values)
        ]

    def protected(self) -> frozenset[str]:
        """Name the columns that hold pension numbers."""
        return frozenset(each for (each,) in self._connection.execute(QUERIES["protected"]))

    def others(self, source: Source, company: CompanyId | None) -> list[tuple[str, Entry]]:
        """Read every line but those of one mapping, each with the name of its mapping."""
        values = {"source": str(source), "company": company}
        cursor = self._connection.execute(QUERIES["others"], values)
        return [(named, Entry(name, column)) for named, name, column in cursor]

    def replace(
        self,
        source: Source,
        company: CompanyId | None,
        entries: Sequence[Entry],
        by: PersonId,
        now: datetime,
    ) -> None:
        """Put these in place of what there was, and keep both in the audit."""
        self._connection.execute(QUERIES["hold"])
        values = {"source": str(source), "company": company}
        audit = {
            "record": f"{source}:{company or 'all'}",
            "old": _told(self.read(source, company)),
            "new": _told(entries),
            "by": by,
            "now": now,
        }
        self._connection.execute(QUERIES["audit"], audit)
        self._connection.execute(QUERIES["remove"], values)
        for each in entries:
            line = {
                "field": each.field,
                "column": each.column,
                "steps": Jsonb(list(each.transforms)),
                "owns": each.owns,
            }
            self._connection.execute(QUERIES["put"], {**values, **line})


def _told(entries: Sequence[Entry]) -> Jsonb:
    return Jsonb({each.field: asdict(each) for each in entries})
