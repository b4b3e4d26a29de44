"""Walking the worklist: phase after phase, each by the shape of the scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.adapters.postgres.reading.pieces import all_of, filled
from clientupdater.adapters.postgres.reading.scope import Scope, Shape
from clientupdater.domain.ids import ClientId
from clientupdater.domain.periods import Cycle, Period
from clientupdater.ports.reading import WorklistKey, WorklistOrder

if TYPE_CHECKING:
    from datetime import date

    from clientupdater.adapters.postgres.reading.views import Columns
    from clientupdater.domain.reach import Reach
    from clientupdater.ports.reading import WorklistQuery

_NEVER = "'0001-01-01'::date"
"""What due_on says where no day was named: a constant, so that an index range begins with it."""

_PHASES = {
    WorklistOrder.WORK: {
        1: f"s.due_on > {_NEVER} and s.due_on <= %(day)s::date",
        2: f"s.due_on = {_NEVER}",
        3: "s.due_on > %(day)s::date",
    },
    WorklistOrder.NAME: {1: "true"},
}
_ORDERS = {
    WorklistOrder.WORK: "due_on, work_rank, client_id",
    WorklistOrder.NAME: "sort_name, client_id",
}
_KEYS = {
    WorklistOrder.WORK: "s.due_on, s.work_rank, '' as sort_name",
    WorklistOrder.NAME: f"{_NEVER} as due_on, 0::bigint as work_rank, s.sort_name",
}
"""What a walk tells of an item's place: what it is not sorted by is not looked at."""
_AFTER = {
    WorklistOrder.WORK: "%(due_on)s::date, %(rank)s::bigint, %(client)s::uuid",
    WorklistOrder.NAME: "%(name)s::text, %(client)s::uuid",
}


@frozen
class WorkWalk:
    """A page of the worklist as a statement."""

    query: WorklistQuery
    reach: Reach
    """Written out: over no company that is not named."""
    today: date

    @property
    def day(self) -> date:
        """The day of the first page."""
        return self.query.after.day if self.query.after else self.today

    @property
    def order(self) -> WorklistOrder:
        """The order of the first page."""
        if self.query.after:
            return self.query.after.order
        return self.query.order or WorklistOrder.WORK

    @property
    def shape(self) -> Shape:
        """How the scope is walked."""
        return Shape.of(self.reach)

    @property
    def told(self) -> dict[str, object]:
        """The parameters."""
        periods = [str(Period.containing(self.day, cycle)) for cycle in Cycle]
        shape, after = self.shape, self.query.after
        told = {
            "day": self.day,
            "year": self.day.year,
            "periods": periods,
            "branches": list(shape.branches),
            "companies": list(shape.companies),
            **Scope(self.reach).told,
        }
        if after is None:
            return told
        return {
            **told,
            "due_on": after.due_on,
            "rank": after.rank,
            "name": after.name,
            "client": after.client,
            "period": str(after.period),
        }

    def statement(self) -> str:
        """Put it together."""
        begun = self.query.after.phase if self.query.after else 1
        phases = [
            self._phase(phase, span)
            for phase, span in _PHASES[self.order].items()
            if phase >= begun
        ]
        return filled(
            "work_page",
            phases=" union all ".join(phases),
            limit=self.query.limit + 1,
            shown=filled("work_shown"),
            order=self._order("k"),
        )

    def key(self, columns: Columns) -> WorklistKey:
        """Read where an item stands."""
        phase, due_on, rank, name, client, period = columns
        return WorklistKey(
            order=self.order,
            day=self.day,
            phase=phase,
            due_on=due_on,
            rank=rank,
            name=name,
            client=ClientId(client),
            period=Period.parse(period),
        )

    def _order(self, of: str) -> str:
        return ", ".join(f"{of}.{each}" for each in f"{_ORDERS[self.order]}, period".split(", "))

    def _phase(self, phase: int, span: str) -> str:
        conditions = [span]
        if self.query.after and self.query.after.phase == phase:
            place = f"{_AFTER[self.order]}, %(period)s::text"
            conditions.append(f"({self._order('s')}) > ({place})")
        arms = " union ".join(f"({arm})" for arm in self._arms(conditions))
        limit = self.query.limit + 1
        return filled("phase", phase=phase, arms=arms, order=self._order("u"), limit=limit)

    def _arms(self, conditions: list[str]) -> list[str]:
        shape, scope = self.shape, Scope(self.reach)
        within = all_of([*conditions, scope.over_rows()])
        order = ", ".join(f"s.{each}" for each in _ORDERS[self.order].split(", "))
        keys, limit = _KEYS[self.order], self.query.limit + 1
        holes: dict[str, object] = {"order": order, "keys": keys, "limit": limit}
        arms = []
        if shape.branches:
            walk = filled("walk_work", lead="s.home_branch_id = lead.id", where=within, **holes)
            arms.append(filled("each_branch_and_period", walk=walk))
        if shape.companies or shape.everything:
            lead = "true" if shape.everything else "s.company_id = any(%(companies)s::uuid[])"
            walk = filled("walk_work", lead=lead, where=within, **holes)
            arms.append(filled("each_period", walk=walk))
        if shape.own:
            own = filled("scope_self", who="c", p="r")
            arms.append(filled("walk_own_work", lead=own, where=all_of(conditions), **holes))
        return arms
