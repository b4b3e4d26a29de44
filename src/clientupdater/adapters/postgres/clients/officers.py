"""Officers' clients, hand-overs and stand-ins in PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from attrs import frozen

from clientupdater.adapters.postgres.clients.clients import QUERIES as CLIENTS
from clientupdater.adapters.postgres.clients.clients import client_of
from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.adapters.postgres.people.rows import QUERIES as PEOPLE
from clientupdater.domain.access import ClientPlace
from clientupdater.domain.ids import BranchId, CompanyId, PersonId
from clientupdater.domain.permissions import Scope
from clientupdater.domain.stand_ins import StandIn
from clientupdater.ports.officers import HandOver, OfficersClients

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from clientupdater.adapters.postgres.configuration.configuration import Configuration
    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.domain.clients import Client
    from clientupdater.domain.ids import ClientId

HAND_OVERS = named_queries("clients/hand_overs.sql", CLIENTS)
STAND_INS = named_queries("clients/stand_ins.sql")
_BEGINNING = (datetime.min.replace(tzinfo=UTC), UUID(int=0))


@frozen
class PostgresOfficers:
    _connection: Connection
    _configuration: Configuration

    def clients_of(self, officer: PersonId, branch: BranchId | None, at_most: int) -> list[Client]:
        values = {"officer": officer, "branch": branch, "at_most": at_most}
        cursor = self._connection.execute(HAND_OVERS["clients_of"], values)
        return [client_of(self._configuration, *columns) for columns in cursor]

    def add_hand_over(
        self, officer: PersonId, moves: Mapping[ClientId, PersonId], by: PersonId, now: datetime
    ) -> UUID:
        values = {"officer": officer, "by": by, "now": now}
        ((identity,),) = self._connection.execute(HAND_OVERS["add"], values).fetchall()
        clients = {"clients": list(moves), "officers": list(moves.values())}
        self._connection.execute(HAND_OVERS["add_clients"], {**clients, "hand_over": identity})
        return UUID(str(identity))

    def hand_over(self, hand_over: UUID) -> HandOver | None:
        values = {"hand_over": hand_over}
        row = self._connection.execute(HAND_OVERS["officer"], values).fetchone()
        handed = self._connection.execute(HAND_OVERS["clients_handed"], values).fetchall()
        if row is None or not handed:
            return None
        clients = [
            (is_unchanged, client_of(self._configuration, *columns))
            for is_unchanged, *columns in handed
        ]
        return HandOver(
            id=hand_over,
            officer=PersonId(row[0]),
            unchanged=[client for is_unchanged, client in clients if is_unchanged],
            changed=[client for is_unchanged, client in clients if not is_unchanged],
        )

    def mark_undone(self, hand_over: UUID, by: PersonId, now: datetime) -> None:
        values = {"hand_over": hand_over, "by": by, "now": now}
        self._connection.execute(HAND_OVERS["mark_undone"], values)

    def count_by_branch(self, officer: PersonId) -> list[OfficersClients]:
        cursor = self._connection.execute(PEOPLE["clients_of"], {"officer": officer})
        return [OfficersClients(BranchId(branch), *counts) for branch, *counts in cursor]

    def end_assignments(self, officer: PersonId, by: PersonId, now: datetime) -> int:
        values = {"officer": officer, "by": by, "now": now}
        return self._connection.execute(PEOPLE["end_all_assignments"], values).rowcount

    def end_lost_assignments(
        self, officers: Collection[PersonId], by: PersonId, now: datetime
    ) -> int:
        values = {"officers": list(officers), "by": by, "now": now}
        return self._connection.execute(PEOPLE["end_lost_assignments"], values).rowcount

    def add_stand_in(self, stand_in: StandIn, by: PersonId, now: datetime) -> None:
        self._connection.execute(STAND_INS["add"], {**_columns(stand_in), "by": by, "now": now})

    def stand_in(self, stand_in: UUID) -> StandIn | None:
        row = self._connection.execute(STAND_INS["find"], {"id": stand_in}).fetchone()
        return _stand_in(*row) if row else None

    def end_stand_in(self, stand_in: UUID, by: PersonId, now: datetime) -> None:
        self._connection.execute(STAND_INS["end"], {"id": stand_in, "by": by, "now": now})

    def overlapping(self, stand_in: StandIn) -> bool:
        cursor = self._connection.execute(STAND_INS["overlapping"], _columns(stand_in))
        ((exists,),) = cursor.fetchall()
        return bool(exists)

    def stand_ins(
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
        cursor = self._connection.execute(STAND_INS["within"], values)
        return [_stand_in(*row) for row in cursor]

    def count_by_place(self, officer: PersonId) -> dict[ClientPlace, int]:
        cursor = self._connection.execute(STAND_INS["places_of"], {"officer": officer})
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
