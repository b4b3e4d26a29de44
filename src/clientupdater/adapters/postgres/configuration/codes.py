"""Codes and names over one PostgreSQL transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import psycopg
from attrs import frozen

from clientupdater.ports.codes import Names

if TYPE_CHECKING:
    from collections.abc import Set
    from uuid import UUID

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

_CODES = """
    select 'company', id, code from companies
    union all select 'branch', id, code from branches where id = any(%(branches)s)
    union all select 'area', id, code from areas where id = any(%(areas)s)
    union all select 'person', id, staff_name(first_name, last_name, email) from users
        where id = any(%(people)s)
"""


@frozen
class PostgresCodes:
    """Where codes and names are looked up."""

    _connection: Connection

    def of(self, branches: Set[UUID], areas: Set[UUID], people: Set[UUID]) -> Names:
        """Find those of these, and of every company."""
        values: dict[str, dict[UUID, str]] = {"company": {}, "branch": {}, "area": {}}
        values["person"] = {}
        result = {"branches": list(branches), "areas": list(areas), "people": list(people)}
        for kind, identity, code in self._connection.execute(_CODES, result):
            values[kind][identity] = code
        return Names(values["company"], values["branch"], values["area"], values["person"])
