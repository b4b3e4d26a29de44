"""Render the statement of a page of the worklist, along the walk `worklist_walk` has chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from clientupdater.adapters.postgres.read_models.pieces import all_of, render
from clientupdater.adapters.postgres.read_models.scope import ScopePredicate
from clientupdater.adapters.postgres.read_models.worklist_walk import DUE, LATER, UNDATED
from clientupdater.domain.periods import Cycle
from clientupdater.ports.lists import WorklistOrder

if TYPE_CHECKING:
    from clientupdater.adapters.postgres.read_models.worklist_walk import WorklistWalk

_Place: TypeAlias = tuple[str, ...]
_NEVER = "'0001-01-01'::date"
"""The due_on of a row without a day: a constant, so that an index range begins with it."""
_DAY = "%(day)s::date"
_IN_PHASE = {
    WorklistOrder.WORK: {
        DUE: f"s.due_on > {_NEVER} and s.due_on <= {_DAY}",
        UNDATED: f"s.due_on = {_NEVER}",
        LATER: f"s.due_on > {_DAY}",
    },
    WorklistOrder.NAME: {DUE: "true"},
}
_IN_REST_OF_PHASE = {
    WorklistOrder.WORK: {
        DUE: f"s.due_on <= {_DAY}",
        UNDATED: f"s.due_on = {_NEVER}",
        LATER: "true",
    },
    WorklistOrder.NAME: {DUE: "true"},
}
"""The same after an item of that phase. An index range takes the first lower bound that it meets:
with the phase's own, it would begin with the phase and not with the item."""
_COLUMNS: dict[WorklistOrder, _Place] = {
    WorklistOrder.WORK: ("due_on", "work_rank", "client_id"),
    WorklistOrder.NAME: ("sort_name", "client_id"),
}
_KEYS = {
    WorklistOrder.WORK: "s.due_on, s.work_rank, '' as sort_name",
    WorklistOrder.NAME: f"{_NEVER} as due_on, 0::bigint as work_rank, s.sort_name",
}
"""The columns of an item's place; those that are not sorted by are not read."""
_PLACES = {
    "due_on": "%(due_on)s::date",
    "work_rank": "%(rank)s::bigint",
    "sort_name": "%(name)s::text",
    "client_id": "%(client)s::uuid",
    "period": "%(period)s::text",
}
_ENDS: dict[WorklistOrder, dict[int, tuple[_Place, _Place]]] = {
    WorklistOrder.WORK: {
        DUE: ((_NEVER,), (_DAY,)),
        UNDATED: ((_NEVER,), (_NEVER,)),
        LATER: ((_DAY,), ()),
    },
    WorklistOrder.NAME: {DUE: ((), ())},
}
"""The first and the last place of a phase in a branch's index."""
_EACH_PERIOD = tuple(f"%(period_{n})s::text" for n, _ in enumerate(Cycle))


def worklist_page_statement(walk: WorklistWalk) -> str:
    """Render it: one item more than the limit, which shows that there is another page."""
    page = _WorklistPage(walk)
    return render(
        "work_page",
        own_work=page.own_work(),
        phases=" union all ".join(page.phase(phase) for phase in walk.phases),
        limit=walk.limit + 1,
        shown=render("work_shown"),
        order=page.order("k"),
    )


def worklist_params(walk: WorklistWalk) -> dict[str, object]:
    """Give the parameters of that statement."""
    after = walk.after
    params: dict[str, object] = {
        "day": walk.day,
        "periods": walk.periods,
        **{f"period_{n}": period for n, period in enumerate(walk.periods)},
        "branches": list(walk.shape.branches),
        "companies": list(walk.shape.companies),
        **ScopePredicate(walk.access_scope).params,
    }
    if after:
        params |= {
            "due_on": after.due_on,
            "rank": after.rank,
            "name": after.name,
            "client": after.client,
            "period": str(after.period),
        }
    return params


@frozen
class _WorklistPage:
    walk: WorklistWalk

    @property
    def _columns(self) -> _Place:
        return _COLUMNS[self.walk.order]

    @property
    def _scope(self) -> ScopePredicate:
        return ScopePredicate(self.walk.access_scope)

    def order(self, alias: str) -> str:
        return ", ".join(f"{alias}.{column}" for column in (*self._columns, "period"))

    def phase(self, phase: int) -> str:
        conditions = [_IN_PHASE[self.walk.order][phase]]
        if self.walk.resumes(phase):
            conditions = [_IN_REST_OF_PHASE[self.walk.order][phase], self._after(phase)]
        arms = " union ".join(f"({arm})" for arm in self._arms(phase, conditions))
        limit = self.walk.limit + 1
        return render("phase", phase=phase, arms=arms, order=self.order("u"), limit=limit)

    def own_work(self) -> str:
        """Render the actor's own clients, found once for all phases."""
        if not self.walk.shape.own:
            return ""
        beyond = f"not {self._scope.by_place('m')}"
        scope = render("scope_self", who="c", p="r")
        return render("own_work", scope=scope, whose="r_actor", beyond=beyond)

    def _arms(self, phase: int, conditions: list[str]) -> list[str]:
        shape = self.walk.shape
        arms = [self._each_branch(phase, conditions)] if shape.branches else []
        if shape.companies or shape.everything:
            arms.append(self._side_by_side(conditions))
        if shape.own:
            arms.append(render("walk_own_work", where=all_of(conditions), **self._holes()))
        return arms

    def _each_branch(self, phase: int, conditions: list[str]) -> str:
        where = all_of([*conditions, self._scope.over_rows()])
        ends = {**self._ends(phase), **self._holes()}
        walk = render("walk_branch_work", where=where, **ends)
        return render("each_branch_and_period", walk=walk)

    def _side_by_side(self, conditions: list[str]) -> str:
        """Walk the periods side by side, over everything or past other companies."""
        everything = self.walk.shape.everything
        lead = "true" if everything else render("of_companies", who="s")
        holes = {"where": all_of([*conditions, self._scope.over_rows()]), **self._holes()}
        walks = " union all ".join(
            f"({render('walk_work', lead=lead, period=period, **holes)})" for period in _EACH_PERIOD
        )
        return render("merged", **{**holes, "walks": walks, "where": "true"})

    def _holes(self) -> dict[str, object]:
        order = ", ".join(f"s.{column}" for column in self._columns)
        return {"keys": _KEYS[self.walk.order], "order": order, "limit": self.walk.limit + 1}

    def _after(self, phase: int) -> str:
        """Hold for a row after the last item of the page before."""
        # All undated rows have one day, which is no part of their place.
        dateless = self.walk.order is WorklistOrder.WORK and phase == UNDATED
        order = [c for c in (*self._columns, "period") if not (dateless and c == "due_on")]
        columns = ", ".join(f"s.{column}" for column in order)
        return f"({columns}) > ({', '.join(_PLACES[column] for column in order)})"

    def _ends(self, phase: int) -> dict[str, object]:
        """Where the walk of one branch and period begins and ends."""
        first, last = _ENDS[self.walk.order][phase]
        if self.walk.resumes(phase):
            first = tuple(_PLACES[column] for column in self._columns)
        return {"begun": self._compared(">=", first), "ended": self._compared("<=", last)}

    def _compared(self, operator: str, place: _Place) -> str:
        columns = (f"s.{column}" for column in self._columns[: len(place)])
        known = ", ".join(["s.home_branch_id", "s.period", *columns])
        return f"({known}) {operator} ({', '.join(['lead.id', 'of_period.period', *place])})"
