"""Stand-ins in PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from attrs import frozen

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.domain.access import ClientPlace
from clientupdater.domain.ids import BranchId, CompanyId, PersonId
from clientupdater.domain.permissions import Scope
from clientupdater.domain.stand_ins import StandIn

if TYPE_CHECKING:
    from clientupdater.adapters.postgres.core.connect import Connection
    from clientupdater.domain.access_scope import AccessScope

QUERIES = named_queries("clients/stand_ins.sql")
_BEGINNING = (datetime.min.replace(tzinfo=UTC), UUID(int=0))


@frozen
class PostgresStandIns:
    """Implements `StandIns`."""

    _connection: Connection

    def add(self, stand_in: StandIn, by: PersonId, now: datetime) -> None:
        self._connection.execute(QUERIES["add"], {**_columns(stand_in), "by": by, "now": now})

    def find(self, stand_in: UUID) -> StandIn | None:
        row = self._connection.execute(QUERIES["find"], {"id": stand_in}).fetchone()
        return _stand_in(*row) if row else None

    def end(self, stand_in: UUID, by: PersonId, now: datetime) -> None:
        self._connection.execute(QUERIES["end"], {"id": stand_in, "by": by, "now": now})

    def overlapping(self, stand_in: StandIn) -> bool:
        cursor = self._connection.execute(QUERIES["overlapping"], _columns(stand_in))
        ((exists,),) = cursor.fetchall()
        return bool(exists)

    def within(
        self,
        access_scope: AccessScope,
        now: datetime,
        after: tuple[datetime, UUID] | None,
        at_most: int,
    ) -> list[StandIn]:
        after_end, after_id = after or _BEGINNING
        scopes = {access_scope.everywhere, *access_scope.scopes.values()}
        values = {
            "everywhere": Scope.ALL in scopes,
            "actor": access_scope.actor,
            "branches": list(
                access_scope.area_branches
                if Scope.AREA in scopes
                else access_scope.direct_branches
                if Scope.BRANCH in scopes
                else ()
            ),
            "now": now,
            "after_end": after_end,
            "after_id": after_id,
            "at_most": at_most,
        }
        cursor = self._connection.execute(QUERIES["within"], values)
        return [_stand_in(*row) for row in cursor]

    def places_of(self, officer: PersonId) -> dict[ClientPlace, int]:
        cursor = self._connection.execute(QUERIES["places_of"], {"officer": officer})
        return {
            ClientPlace(CompanyId(company), BranchId(branch), officer): int(count)
            for company, branch, count in cursor
        }


def _stand_in(*columns: Any) -> StandIn:
    id_, officer, stand_in, starts_at, ends_at = columns
    return StandIn(
        id=id_,
        officer=PersonId(officer),
        stand_in=PersonId(stand_in),
        starts_at=starts_at,
        ends_at=ends_at,
    )


def _columns(stand_in: StandIn) -> dict[str, object]:
    return {
        "id": stand_in.id,
        "officer": stand_in.officer,
        "stand_in": stand_in.stand_in,
        "starts_at": stand_in.starts_at,
        "ends_at": stand_in.ends_at,
    }
