"""Figures of rows: in all, by PAR status, and of officers who are away (R8, R9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.adapters.postgres.core import named_queries
from clientupdater.adapters.postgres.reports.counting import BLOCKS, Condition
from clientupdater.domain.ids import PersonId
from clientupdater.ports.reports import MOST_OFFICERS, PAST_DUE, AwayOfficer, ParFigures

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any
    from uuid import UUID

    from clientupdater.adapters.postgres.reports.counting import RowCounts
    from clientupdater.ports.client_filter import ClientFilter


@frozen
class RowFigures:
    """Figures that are counts of rows, or sums over them."""

    counts: RowCounts

    def of(self, base: ClientFilter, figures: Mapping[str, ClientFilter]) -> Mapping[str, Any]:
        counted = self.counts.read(base, figures, "in_all", _sums(figures))
        return counted.get(None, dict.fromkeys(figures, 0))

    def by_par_status(
        self, base: ClientFilter, figures: Mapping[str, ClientFilter]
    ) -> list[ParFigures]:
        counted = self.counts.read(base, figures, "by_par_status", _sums(figures))
        connection = self.counts.conditions.control.begun
        known = connection.execute(BLOCKS["par_statuses"].encode()).fetchall()
        named = [*known, (None, None, "None")]
        return [ParFigures(code, name, counted[id_]) for id_, code, name in named if id_ in counted]

    def officers_away(self, base: ClientFilter) -> list[AwayOfficer]:
        """Name the officers who are away, with the rows of `base` that they have."""
        conditions = self.counts.conditions
        is_active = BLOCKS["active_then" if conditions.read_context.as_of else "active_now"]
        statement = named_queries.render(
            BLOCKS, "officers_away", limit=MOST_OFFICERS, is_active=is_active
        )
        away = conditions.run(statement, {"now": conditions.read_context.now})
        rows = self._by_officer(base, [id_ for id_, *_ in away])
        return [
            AwayOfficer(PersonId(id_), name, self._rows_of(base, id_, rows[str(id_)]), is_active)
            for id_, name, is_active in away
            if str(id_) in rows
        ]

    def _by_officer(self, base: ClientFilter, officers: list[UUID]) -> dict[str | None, int]:
        only = Condition(BLOCKS["of_officers"], {"officers": officers})
        counted = self.counts.read(base, {"rows": base}, "by_officer", only=only)
        return {officer: each["rows"] for officer, each in counted.items()}

    def _rows_of(self, base: ClientFilter, officer: UUID, rows: int) -> int:
        """One's own list has the clients of those whom one stands in for as well (A2)."""
        if officer != self.counts.conditions.read_context.clients.actor:
            return rows
        wanted = evolve(base, assigned_to=PersonId(officer))
        return int(self.of(base, {"rows": wanted})["rows"])


def _sums(figures: Mapping[str, ClientFilter]) -> frozenset[str]:
    return frozenset(name for name in figures if name.startswith(PAST_DUE))
