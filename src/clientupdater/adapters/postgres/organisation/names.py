"""Branches, areas and companies by id or code, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING
from uuid import UUID

from attrs import frozen

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.domain.errors import NotFound
from clientupdater.domain.ids import AreaId, BranchId, CompanyId
from clientupdater.ports.codes import Names

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientupdater.adapters.postgres.configuration.configuration import Configuration
    from clientupdater.adapters.postgres.core.connection import Connection

QUERIES = named_queries("organisation/names.sql")


@frozen
class PostgresOrganisation:
    """Implements `Organisation`."""

    _connection: Connection
    _configuration: Callable[[], Configuration]

    def branch(self, named: BranchId | str) -> BranchId:
        return BranchId(self._named("branch", named))

    def area(self, named: AreaId | str) -> AreaId:
        return AreaId(self._named("area", named))

    def company(self, named: CompanyId | str) -> CompanyId:
        return CompanyId(self._named("company", named))

    def members(self, area: AreaId) -> frozenset[BranchId]:
        cursor = self._connection.execute(QUERIES["members"], {"area": area})
        return frozenset(BranchId(branch) for (branch,) in cursor)

    def _named(self, query: str, named: UUID | str) -> UUID:
        by_id = isinstance(named, UUID)
        values = {"id": named if by_id else None, "code": None if by_id else named}
        row = self._connection.execute(QUERIES[query], values).fetchone()
        if row is None:
            raise NotFound(f"There is no such {query}.")
        identity: UUID = row[0]
        return identity

    def names(self, people: Set[UUID]) -> Names:
        known = self._configuration()
        staff = {person: known.staff[person] for person in people if person in known.staff}
        if new := people - staff.keys():  # since the transaction began
            rows = self._connection.execute(QUERIES["staff_names"], {"people": list(new)})
            staff |= dict(rows.fetchall())
        return Names(known.companies, known.branches, known.areas, staff)
