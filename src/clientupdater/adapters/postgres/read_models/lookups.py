"""The words of the lookups over one PostgreSQL transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import psycopg
from attrs import frozen

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.ports.read_models import Lookup

if TYPE_CHECKING:
    from clientupdater.ports.read_models import Lookups

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

QUERIES = named_queries("read_models/lookups.sql")
TABLES = (
    "companies",
    "pension_types",
    "pensioner_types",
    "products",
    "account_types",
    "par_statuses",
    "status_types",
    "status_reasons",
)


@frozen
class PostgresLookups:
    """The words that people choose from."""

    _connection: Connection

    def load(self, *, inactive: bool) -> Lookups:
        """Read the eight of them."""
        values: dict[str, list[Lookup]] = {table: [] for table in TABLES}
        for table, *columns in self._connection.execute(QUERIES["lookups"], {"inactive": inactive}):
            values[table].append(_lookup(*columns))
        return {table: tuple(sorted(words, key=_place)) for table, words in values.items()}


def _lookup(*columns: Any) -> Lookup:
    code, name, active, system, order, version, facts = columns
    return Lookup(
        code=code,
        name=name,
        is_active=active,
        is_system=system,
        sort_order=order,
        version=version,
        facts=facts,
    )


def _place(word: Lookup) -> tuple[int, str]:
    return word.sort_order, word.code
