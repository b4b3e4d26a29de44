"""The lookups: eight tables of codes with their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.domain.lookups import Lookup

if TYPE_CHECKING:
    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.domain.lookups import Lookups


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


def read_lookups(connection: Connection, *, inactive: bool) -> Lookups:
    """Read all of them, each table in its order."""
    tables: dict[str, list[Lookup]] = {table: [] for table in TABLES}
    for table, *columns in connection.execute(QUERIES["lookups"], {"inactive": inactive}):
        tables[table].append(_lookup(*columns))
    return {table: tuple(sorted(rows, key=_place)) for table, rows in tables.items()}


def _lookup(*columns: Any) -> Lookup:
    code, name, is_active, is_system, sort_order, version, facts = columns
    return Lookup(
        code=code,
        name=name,
        is_active=is_active,
        is_system=is_system,
        sort_order=sort_order,
        version=version,
        facts=facts,
    )


def _place(lookup: Lookup) -> tuple[int, str]:
    return lookup.sort_order, lookup.code
