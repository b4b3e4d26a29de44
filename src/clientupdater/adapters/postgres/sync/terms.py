"""How a source's records are read, over one PostgreSQL transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.adapters.postgres.sync.mappings import PostgresSyncMappings
from clientupdater.domain.errors import Fault, InvalidInput, Misconfigured
from clientupdater.domain.ids import CompanyId
from clientupdater.domain.sync.mapping import Entry, check_mapping, effective_entries
from clientupdater.domain.sync.transforms import Lookups
from clientupdater.ports.sync import Terms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from clientupdater.adapters.postgres.core.connect import Connection
    from clientupdater.domain.sync.fields import Source
    from clientupdater.domain.sync.mapping import SourceMapping

QUERIES = named_queries("sync/terms.sql")


@frozen
class PostgresSyncTerms:
    """The mappings, and up to where sources were read."""

    _connection: Connection

    def load(self, source: Source) -> Terms:
        """Read them."""
        values = {"source": str(source)}
        ((meaning,),) = self._connection.execute(QUERIES["meaning"], values).fetchall()
        entries: dict[str | None, list[Entry]] = {}
        for name, column, steps, owns, company in self._connection.execute(
            QUERIES["mappings"], values
        ):
            entries.setdefault(company, []).append(Entry(name, column, tuple(steps), owns))
        general = entries.pop(None, [])
        protected = PostgresSyncMappings(self._connection).protected()
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
        """Tell up to where a source was read."""
        values = {"source": str(source), "company": company}
        ((result,),) = self._connection.execute(QUERIES["watermark"], values).fetchall()
        moment: datetime | None = result
        return moment

    def _lookups(self) -> Lookups:
        """Take codes, and names as what they are also called."""
        tables: dict[str, dict[str, tuple[str, ...]]] = {}
        products: dict[str, str] = {}
        for table, code, name, company in self._words():
            tables.setdefault(table, {})[code] = (name,)
            if company is not None:
                products[code] = company
        return Lookups.of(tables, products)

    def _words(self) -> list[tuple[Any, ...]]:
        return self._connection.execute(QUERIES["lookups"]).fetchall()


def _checked(source: Source, entries: Iterable[Entry], protected: Collection[str]) -> SourceMapping:
    try:
        return check_mapping(entries, protected)
    except InvalidInput as error:
        faults = [Fault(f"field_mappings of {source}", fault.message) for fault in error.faults]
        raise Misconfigured(faults) from error
