"""Figures of rows: in all, by PAR status, and of officers who are away (R8, R9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.adapters.postgres.core import named_queries
from clientupdater.adapters.postgres.reports.counting import BLOCKS
from clientupdater.domain.ids import PersonId
from clientupdater.ports.reports import MOST_OFFICERS, PAST_DUE, AwayOfficer, ParFigures

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
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

    def officers_away(self, officers: Collection[UUID]) -> list[AwayOfficer]:
        """Name those of these officers who are away."""
        conditions = self.counts.conditions
        is_active = BLOCKS["active_then" if conditions.read_context.as_of else "active_now"]
        statement = named_queries.render(
            BLOCKS, "officers_away", limit=MOST_OFFICERS, is_active=is_active
        )
        params = {"officers": list(officers), "now": conditions.read_context.now}
        away = conditions.run(statement, params)
        return [AwayOfficer(PersonId(id_), name, is_active) for id_, name, is_active in away]


def _sums(figures: Mapping[str, ClientFilter]) -> frozenset[str]:
    return frozenset(name for name in figures if name.startswith(PAST_DUE))
