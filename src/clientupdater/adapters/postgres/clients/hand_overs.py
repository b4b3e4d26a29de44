"""Hand-overs in PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from attrs import frozen

from clientupdater.adapters.postgres.clients.clients import QUERIES as CLIENTS
from clientupdater.adapters.postgres.clients.clients import client_of
from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.domain.ids import PersonId
from clientupdater.ports.hand_overs import HandOver

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from clientupdater.adapters.postgres.core.connect import Connection
    from clientupdater.domain.clients import Client
    from clientupdater.domain.ids import BranchId, ClientId

QUERIES = named_queries("clients/hand_overs.sql", CLIENTS)


@frozen
class PostgresHandOvers:
    """Implements `HandOvers`."""

    _connection: Connection

    def clients_of(self, officer: PersonId, branch: BranchId | None, at_most: int) -> list[Client]:
        values = {"officer": officer, "branch": branch, "at_most": at_most}
        cursor = self._connection.execute(QUERIES["clients_of"], values)
        return [client_of(*columns) for columns in cursor]

    def add(
        self, officer: PersonId, moves: Mapping[ClientId, PersonId], by: PersonId, now: datetime
    ) -> UUID:
        values = {"officer": officer, "by": by, "now": now}
        ((identity,),) = self._connection.execute(QUERIES["add"], values).fetchall()
        clients = {"clients": list(moves), "officers": list(moves.values())}
        self._connection.execute(QUERIES["add_clients"], {**clients, "hand_over": identity})
        return UUID(str(identity))

    def find(self, hand_over: UUID) -> HandOver | None:
        values = {"hand_over": hand_over}
        row = self._connection.execute(QUERIES["officer"], values).fetchone()
        handed = self._connection.execute(QUERIES["clients_handed"], values).fetchall()
        if row is None or not handed:
            return None
        clients = [(is_unchanged, client_of(*columns)) for is_unchanged, *columns in handed]
        return HandOver(
            id=hand_over,
            officer=PersonId(row[0]),
            unchanged=[client for is_unchanged, client in clients if is_unchanged],
            changed=[client for is_unchanged, client in clients if not is_unchanged],
        )

    def mark_undone(self, hand_over: UUID, by: PersonId, now: datetime) -> None:
        values = {"hand_over": hand_over, "by": by, "now": now}
        self._connection.execute(QUERIES["mark_undone"], values)
