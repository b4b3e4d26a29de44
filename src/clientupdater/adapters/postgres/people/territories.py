"""Territories in PostgreSQL (A2, A3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.adapters.postgres.people.rows import QUERIES
from clientupdater.domain.ids import BranchId
from clientupdater.ports.people import OfficersClients

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from clientupdater.adapters.postgres.core.connect import Connection
    from clientupdater.domain.ids import PersonId
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

    def clients_of(self, officer: PersonId) -> list[OfficersClients]:
        cursor = self._connection.execute(QUERIES["clients_of"], {"officer": officer})
        return [OfficersClients(BranchId(branch), *counts) for branch, *counts in cursor]

    def end_assignments(self, officer: PersonId, by: PersonId, now: datetime) -> int:
        values = {"officer": officer, "by": by, "now": now}
        return self._connection.execute(QUERIES["end_all_assignments"], values).rowcount

    def end_lost_assignments(
        self, officers: Collection[PersonId], by: PersonId, now: datetime
    ) -> int:
        values = {"officers": list(officers), "by": by, "now": now}
        return self._connection.execute(QUERIES["end_lost_assignments"], values).rowcount
