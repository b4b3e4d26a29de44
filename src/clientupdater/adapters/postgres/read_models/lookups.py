"""The words of the lookups over one PostgreSQL transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import psycopg

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.ports.lists import Lookup

if TYPE_CHECKING:
    pass

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
