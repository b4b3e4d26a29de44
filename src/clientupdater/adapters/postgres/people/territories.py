"""Territories, areas and branches in PostgreSQL (A2, A3)."""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING
from uuid import UUID

from attrs import frozen

from clientupdater.adapters.postgres.people.rows import QUERIES
from clientupdater.domain.errors import NotFound
from clientupdater.domain.ids import AreaId, BranchId, CompanyId, PersonId
from clientupdater.ports.codes import Names
from clientupdater.ports.people import OfficersClients

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from clientupdater.adapters.postgres.configuration.configuration import Configuration
    from clientupdater.adapters.postgres.core.connect import Connection
    from clientupdater.ports.people import PlaceKind


@frozen
class PostgresTerritories:
    """The branches and areas of people."""

    _connection: Connection

    def give(
        self, kind: PlaceKind, place: UUID, person: PersonId, by: PersonId, now: datetime
    ) -> None:
        values = {"person": person, "place": place, "by": by, "now": now}
        self._connection.execute(QUERIES[f"give_{kind}"], values)

    def take(self, kind: PlaceKind, place: UUID, person: PersonId) -> None:
        values = {"person": person, "place": place}
        self._connection.execute(QUERIES[f"take_{kind}"], values)

    def holders(self, area: AreaId) -> list[PersonId]:
        cursor = self._connection.execute(QUERIES["holders"], {"area": area})
        return [PersonId(person) for (person,) in cursor]

    def place_branch(self, area: AreaId, branch: BranchId) -> None:
        self._connection.execute(QUERIES["place_branch"], {"area": area, "branch": branch})

    def remove_branch(self, area: AreaId, branch: BranchId) -> None:
        self._connection.execute(QUERIES["remove_branch"], {"area": area, "branch": branch})

    def company_of_area(self, area: AreaId) -> CompanyId | None:
        row = self._connection.execute(QUERIES["company_of_area"], {"area": area}).fetchone()
        return CompanyId(row[0]) if row and row[0] else None

    def clients_of(self, officer: PersonId) -> list[OfficersClients]:
        cursor = self._connection.execute(QUERIES["clients_of"], {"officer": officer})
        return [OfficersClients(BranchId(branch), *counts) for branch, *counts in cursor]

    def end_assignments(self, officer: PersonId, by: PersonId, now: datetime) -> int:
        return self._end("end_all_assignments", officer, by, now)

    def end_lost_assignments(self, officer: PersonId, by: PersonId, now: datetime) -> int:
        return self._end("end_lost_assignments", officer, by, now)

    def _end(self, query: str, officer: PersonId, by: PersonId, now: datetime) -> int:
        values = {"officer": officer, "by": by, "now": now}
        return self._connection.execute(QUERIES[query], values).rowcount


@frozen
class PostgresOrganisation:
    """Branches, areas and companies by identity or code."""

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
        params = {"people": list(people)}
        rows = self._connection.execute(QUERIES["staff_names"], params) if people else ()
        return Names(known.companies, known.branches, known.areas, dict(rows))
