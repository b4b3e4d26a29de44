"""Areas and their branches in PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import psycopg
from attrs import evolve, frozen

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.domain.errors import AlreadyExists, NotFound, VersionConflict
from clientupdater.domain.ids import AreaId, BranchId, CompanyId, PersonId
from clientupdater.domain.organisation import Area
from clientupdater.ports.organisation import AreaBranch

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from clientupdater.adapters.postgres.core.connection import Connection

QUERIES = named_queries("organisation/areas.sql")
TAKEN = "The code belongs to another area, which may be deleted; choose another code."


@frozen
class PostgresAreas:
    """Implements `Areas`."""

    _connection: Connection

    def find(self, area: AreaId | str) -> Area | None:
        query = "area_by_id" if isinstance(area, UUID) else "area_by_code"
        row = self._connection.execute(QUERIES[query], {"area": area}).fetchone()
        return _area(*row) if row else None

    def by_codes(self, codes: Collection[str]) -> dict[str, Area]:
        rows = self._connection.execute(QUERIES["areas_by_code"], {"codes": list(codes)})
        return {area.code: area for area in (_area(*row) for row in rows)}

    def page(
        self, companies: Collection[CompanyId] | None, *, after: str, at_most: int
    ) -> list[Area]:
        values = {
            "all": companies is None,
            "companies": list(companies or ()),
            "after": after,
            "at_most": at_most,
        }
        return [_area(*row) for row in self._connection.execute(QUERIES["areas"], values)]

    def add(self, area: Area) -> None:
        try:
            with self._connection.transaction():
                self._connection.execute(QUERIES["add"], _columns(area))
        except psycopg.errors.UniqueViolation as error:
            raise AlreadyExists(TAKEN) from error

    def save(self, area: Area, *, deleted_at: datetime | None = None) -> Area:
        values = {**_columns(area), "deleted_at": deleted_at}
        if not self._connection.execute(QUERIES["save"], values).rowcount:
            raise self._refusal(area)
        return evolve(area, version=area.version + 1)

    def restore(self, area: AreaId) -> Area:
        self._connection.execute(QUERIES["restore"], {"area": area})
        restored = self.find(area)
        if restored is None:
            raise NotFound
        return restored

    def branches(self, area: AreaId, *, after: str, at_most: int) -> list[AreaBranch]:
        values = {"area": area, "after": after, "at_most": at_most}
        return [AreaBranch(*row) for row in self._connection.execute(QUERIES["branches"], values)]

    def holders(self, area: AreaId) -> list[PersonId]:
        cursor = self._connection.execute(QUERIES["holders"], {"area": area})
        return [PersonId(person) for (person,) in cursor]

    def membership(self, area: AreaId, branch: BranchId) -> bool | None:
        values = {"area": area, "branch": branch}
        row = self._connection.execute(QUERIES["membership"], values).fetchone()
        return row[0] if row else None

    def place_branch(self, area: AreaId, branch: BranchId, *, is_primary: bool) -> None:
        values = {"area": area, "branch": branch, "is_primary": is_primary}
        if is_primary:
            self._connection.execute(QUERIES["clear_primary"], values)
        self._connection.execute(QUERIES["place_branch"], values)

    def remove_branch(self, area: AreaId, branch: BranchId) -> None:
        self._connection.execute(QUERIES["remove_branch"], {"area": area, "branch": branch})

    def _refusal(self, area: Area) -> NotFound | VersionConflict:
        row = self._connection.execute(QUERIES["version"], {"id": area.id}).fetchone()
        if row is None:
            return NotFound()
        return VersionConflict(provided=area.version, current=row[0])


def _area(id_: UUID, code: str, name: str, company: UUID | None, version: int) -> Area:
    return Area(
        id=AreaId(id_),
        code=code,
        name=name,
        company=CompanyId(company) if company else None,
        version=version,
    )


def _columns(area: Area) -> dict[str, object]:
    return {
        "id": area.id,
        "code": area.code,
        "name": area.name,
        "company": area.company,
        "version": area.version,
    }
