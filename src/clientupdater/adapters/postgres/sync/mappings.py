"""Saved mappings over one PostgreSQL transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from attrs import asdict, frozen
from psycopg.types.json import Jsonb

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.adapters.postgres.sync.columns import PIECES
from clientupdater.domain.errors import Fault, InvalidInput, Misconfigured
from clientupdater.domain.ids import CompanyId
from clientupdater.domain.sync.fields import Entry
from clientupdater.domain.sync.mapping import check_mapping, effective_entries
from clientupdater.domain.sync.transforms import Lookups
from clientupdater.ports.sync import Terms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.domain.ids import PersonId
    from clientupdater.domain.sync.fields import Source
    from clientupdater.domain.sync.mapping import SourceMapping

QUERIES = named_queries("sync/mappings.sql", PIECES)


@frozen
class PostgresSyncMappings:
    _connection: Connection

    def read(self, source: Source, company: CompanyId | None) -> list[Entry]:
        values = {"source": str(source), "company": company}
        return [
            Entry(name, column, tuple(steps), owns)
            for name, column, steps, owns in self._connection.execute(QUERIES["read"], values)
        ]

    def protected(self) -> frozenset[str]:
        return frozenset(each for (each,) in self._connection.execute(QUERIES["protected"]))

    def others(self, source: Source, company: CompanyId | None) -> list[tuple[str, Entry]]:
        values = {"source": str(source), "company": company}
        cursor = self._connection.execute(QUERIES["others"], values)
        return [(mapping, Entry(name, column)) for mapping, name, column in cursor]

    def replace(
        self,
        source: Source,
        company: CompanyId | None,
        entries: Sequence[Entry],
        by: PersonId,
        now: datetime,
    ) -> None:
        self._connection.execute(QUERIES["lock"])
        values = {"source": str(source), "company": company}
        audit = {
            "record": f"{source}:{company or 'all'}",
            "old": _audited(self.read(source, company)),
            "new": _audited(entries),
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

    def terms(self, source: Source) -> Terms:
        values = {"source": str(source)}
        ((meaning,),) = self._connection.execute(QUERIES["meaning"], values).fetchall()
        entries: dict[str | None, list[Entry]] = {}
        for name, column, steps, owns, company in self._connection.execute(
            QUERIES["mappings"], values
        ):
            entries.setdefault(company, []).append(Entry(name, column, tuple(steps), owns))
        general = entries.pop(None, [])
        protected = self.protected()
        return Terms(
            general=_checked(source, general, protected),
            own={
                str(company): _checked(source, effective_entries(general, lines), protected)
                for company, lines in entries.items()
            },
            lookups=self._lookups(),
            companies={
                code: CompanyId(id_) for code, id_ in self._connection.execute(QUERIES["companies"])
            },
            meaning=meaning,
        )

    def watermark(self, source: Source, company: CompanyId | None) -> datetime | None:
        values = {"source": str(source), "company": company}
        ((watermark,),) = self._connection.execute(QUERIES["watermark"], values).fetchall()
        return cast("datetime | None", watermark)

    def _lookups(self) -> Lookups:
        """Read codes, with names and the codes of closed branches as their aliases."""
        tables: dict[str, dict[str, tuple[str, ...]]] = {}
        products: dict[str, str] = {}
        for table, code, name, company in self._connection.execute(QUERIES["lookups"]):
            codes = tables.setdefault(table, {})
            codes[code] = (*codes.get(code, ()), name)
            if company is not None:
                products[code] = company
        return Lookups.of(tables, products)


def _audited(entries: Sequence[Entry]) -> Jsonb:
    return Jsonb({each.field: asdict(each) for each in entries})


def _checked(source: Source, entries: Iterable[Entry], protected: Collection[str]) -> SourceMapping:
    try:
        return check_mapping(entries, protected)
    except InvalidInput as error:
        faults = [Fault(f"field_mappings of {source}", fault.message) for fault in error.faults]
        raise Misconfigured(faults) from error
