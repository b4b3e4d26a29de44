"""Walking the worklist: phase after phase, each by the shape of the scope."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from clientupdater.adapters.postgres.read_models.pieces import all_of, filled
from clientupdater.adapters.postgres.read_models.scope import Scope, Shape
from clientupdater.domain.ids import ClientId
from clientupdater.domain.periods import Cycle, Period
from clientupdater.ports.lists import WorklistKey, WorklistOrder

if TYPE_CHECKING:
    from datetime import date

    from clientupdater.adapters.postgres.read_models.views import Columns
    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.ports.lists import WorklistQuery

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
_LATER = {
    WorklistOrder.WORK: {1: "s.due_on <= %(day)s::date", 2: f"s.due_on = {_NEVER}", 3: "true"},
    WorklistOrder.NAME: {1: "true"},
}
"""The same, said of what comes after an item of that phase: an index range takes the first lower
bound that it is told, and would begin with the phase and not with the item."""
_ORDERS = {
    WorklistOrder.WORK: "due_on, work_rank, client_id",
    WorklistOrder.NAME: "sort_name, client_id",
}
_KEYS = {
    WorklistOrder.WORK: "s.due_on, s.work_rank, '' as sort_name",
    WorklistOrder.NAME: f"{_NEVER} as due_on, 0::bigint as work_rank, s.sort_name",
}
"""What a walk tells of an item's place: what it is not sorted by is not looked at."""
_PLACES = {
    "due_on": "%(due_on)s::date",
    "work_rank": "%(rank)s::bigint",
    "sort_name": "%(name)s::text",
    "client_id": "%(client)s::uuid",
    "period": "%(period)s::text",
}
_Place: TypeAlias = tuple[str, ...]
_ENDS: dict[WorklistOrder, dict[int, tuple[_Place, _Place]]] = {
    WorklistOrder.WORK: {
        1: ((_NEVER,), ("%(day)s::date",)),
        2: ((_NEVER,), (_NEVER,)),
        3: (("%(day)s::date",), ()),
    },
    WorklistOrder.NAME: {1: ((), ())},
}
"""Between which places of a branch's index a phase lies; what else it is, it says itself."""
_UNDATED = 2
"""The phase in which all stand at one day, so that the day is no part of an item's place."""


@frozen
class WorkWalk:
    """A page of the worklist as a statement."""

    query: WorklistQuery
    access_scope: AccessScope
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
        return Shape.of(self.access_scope)

    @property
    def told(self) -> dict[str, object]:
        """The parameters."""
        periods = [str(Period.containing(self.day, cycle)) for cycle in Cycle]
        shape, after = self.shape, self.query.after
        values = {
            "day": self.day,
            "periods": periods,
            **{f"period_{n}": period for n, period in enumerate(periods)},
            "branches": list(shape.branches),
            "companies": list(shape.companies),
            **Scope(self.access_scope).told,
        }
        if after is None:
            return values
        return {
            **values,
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
            own_work=self._own(),
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
            conditions = [_LATER[self.order][phase], self._behind(phase)]
        arms = " union ".join(f"({arm})" for arm in self._arms(phase, conditions))
        limit = self.query.limit + 1
        return filled("phase", phase=phase, arms=arms, order=self._order("u"), limit=limit)

    def _behind(self, phase: int) -> str:
        """Say that a row comes after the last item shown."""
        order = f"{_ORDERS[self.order]}, period".split(", ")
        if self.order is WorklistOrder.WORK and phase == _UNDATED:
            order.remove("due_on")
        columns = ", ".join(f"s.{each}" for each in order)
        return f"({columns}) > ({', '.join(_PLACES[each] for each in order)})"

    def _ends(self, phase: int) -> dict[str, object]:
        """Say where the walk of one branch and period begins, and where it ends."""
        lower, upper = _ENDS[self.order][phase]
        columns = _ORDERS[self.order].split(", ")
        if self.query.after and self.query.after.phase == phase:
            lower = tuple(_PLACES[each] for each in columns)
        return {"begun": _compared(">=", columns, lower), "ended": _compared("<=", columns, upper)}

    def _own(self) -> str:
        if not self.shape.own:
            return ""
        holes = {"whose": "r_actor", "beyond": f"not {Scope(self.access_scope).by_place('m')}"}
        return filled("own_work", scope=filled("scope_self", who="c", p="r"), **holes)

    def _arms(self, phase: int, conditions: list[str]) -> list[str]:
        shape, within = self.shape, all_of([*conditions, Scope(self.access_scope).over_rows()])
        keys, limit = _KEYS[self.order], self.query.limit + 1
        order = ", ".join(f"s.{each}" for each in _ORDERS[self.order].split(", "))
        holes = {"keys": keys, "order": order, "limit": limit}
        arms = []
        if shape.branches:
            walk = filled("walk_branch_work", where=within, **self._ends(phase), **holes)
            arms.append(filled("each_branch_and_period", walk=walk))
        if shape.companies or shape.everything:
            lead = "true" if shape.everything else filled("of_companies", who="s")
            walks = " union all ".join(
                f"({filled('walk_work', lead=lead, period=period, where=within, **holes)})"
                for period in _EACH_PERIOD
            )
            arms.append(filled("merged", walks=walks, where="true", order=order, limit=limit))
        if shape.own:
            arms.append(filled("walk_own_work", where=all_of(conditions), **holes))
        return arms


_EACH_PERIOD = tuple(f"%(period_{n})s::text" for n, _ in enumerate(Cycle))


def _compared(how: str, columns: list[str], place: tuple[str, ...]) -> str:
    known = ", ".join(
        ["s.home_branch_id", "s.period", *(f"s.{each}" for each in columns)][: 2 + len(place)]
    )
    return f"({known}) {how} ({', '.join(['lead.id', 'of_period.period', *place])})"
