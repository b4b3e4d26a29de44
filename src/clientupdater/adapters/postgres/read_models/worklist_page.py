"""Render the statement of a page of the worklist, along the walk `worklist_walk` has chosen."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from clientupdater.adapters.postgres.core.scope_ids import uuid_array
from clientupdater.adapters.postgres.read_models.pieces import all_of, render
from clientupdater.adapters.postgres.read_models.scope import ScopePredicate
from clientupdater.adapters.postgres.read_models.worklist_walk import DUE, LATER, UNDATED
from clientupdater.domain.periods import Cycle
from clientupdater.domain.worklist import Cause
from clientupdater.ports.lists import WorklistOrder

if TYPE_CHECKING:
    from clientupdater.adapters.postgres.read_models.scope import PredicateForm
    from clientupdater.adapters.postgres.read_models.worklist_walk import WorklistWalk

_Place: TypeAlias = tuple[str, ...]
_NEVER = "'0001-01-01'::date"
"""The due_on of a row without a day: a constant, so that an index range begins with it."""
_FIRST_DAY = "'0001-01-02'::date"
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
        DUE: ((_FIRST_DAY,), (_DAY,)),
        UNDATED: ((_NEVER,), (_NEVER,)),
        LATER: ((f"{_DAY} + 1",), ()),
    },
    WorklistOrder.NAME: {DUE: ((), ())},
}
"""The first and the last place of a phase in a branch's index: a range that begins with the place
before would read all rows of that day, and the undated ones are most of a branch's."""
_TOUCHED_FROM = "576460752303423488"
_ENDS_OF_CAUSE: dict[Cause, tuple[_Place, _Place]] = {
    Cause.NOT_TOUCHED: ((_NEVER,), (_NEVER, _TOUCHED_FROM)),
    Cause.IN_HAND: ((_NEVER, _TOUCHED_FROM), (_NEVER,)),
}
"""The undated phase has two causes: the first and the last place of each."""
_WITH_CAUSE = {
    Cause.FOLLOW_UP_DUE: (_IN_PHASE[WorklistOrder.WORK][DUE],),
    Cause.NOT_TOUCHED: (_IN_PHASE[WorklistOrder.WORK][UNDATED], render("untouched")),
    Cause.IN_HAND: (_IN_PHASE[WorklistOrder.WORK][UNDATED], render("in_hand")),
    Cause.FOLLOW_UP_LATER: (_IN_PHASE[WorklistOrder.WORK][LATER],),
}
_EACH_PERIOD = tuple(f"%(period_{n})s::text" for n, _ in enumerate(Cycle))


def worklist_page_statement(walk: WorklistWalk) -> str:
    """Render it: one item more than the limit, which shows that there is another page."""
    shape, after = walk.shape, walk.after
    return _rendered(
        _WorklistPage(
            order=walk.order,
            phases=walk.phases,
            resumed=after.phase if after else None,
            limit=walk.limit + 1,
            walks_branches=bool(shape.branches),
            walks_companies=bool(shape.companies),
            walks_everything=shape.everything,
            walks_own=shape.own,
            scope=ScopePredicate(walk.access_scope).form,
            cause=walk.filter.wanted.cause,
            of_row=walk.filter.of_row(),
            of_client_of_row=walk.filter.of_client_of_row(),
            of_client=walk.filter.of_client(),
        )
    )


@lru_cache(maxsize=256)
def _rendered(page: _WorklistPage) -> str:
    return render(
        "work_page",
        own_work=page.own_work(),
        phases=" union all ".join(page.phase(phase) for phase in page.phases),
        limit=page.limit,
        shown=render("work_shown"),
        order=page.sorted_by("k"),
    )


def worklist_params(walk: WorklistWalk) -> dict[str, object]:
    """Give the parameters of that statement."""
    after, periods = walk.after, walk.periods
    params: dict[str, object] = {
        "day": walk.day,
        "periods": periods,
        **{f"period_{n}": period for n, period in enumerate(periods)},
        "branches": uuid_array(walk.shape.branches),
        "companies": uuid_array(walk.shape.companies),
        **ScopePredicate(walk.access_scope).params,
        **walk.filter.params,
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


@frozen(kw_only=True)
class _WorklistPage:
    """What the text of the statement depends on; its values are parameters."""

    order: WorklistOrder
    phases: tuple[int, ...]
    resumed: int | None
    """The phase in which the page before ended."""
    limit: int
    walks_branches: bool
    walks_companies: bool
    walks_everything: bool
    walks_own: bool
    scope: PredicateForm
    cause: Cause | None
    of_row: tuple[str, ...]
    of_client_of_row: tuple[str, ...]
    of_client: tuple[str, ...]
    """The conditions of the filters: of a row s, of its client, and of a client c met first."""

    @property
    def _columns(self) -> _Place:
        return _COLUMNS[self.order]

    @property
    def _walks_side_by_side(self) -> bool:
        return self.walks_companies or self.walks_everything

    def sorted_by(self, alias: str) -> str:
        return ", ".join(f"{alias}.{column}" for column in (*self._columns, "period"))

    def phase(self, phase: int) -> str:
        conditions = [_IN_PHASE[self.order][phase], *self._with_cause()]
        if phase == self.resumed:
            conditions = [
                *(_IN_REST_OF_PHASE[self.order][phase], *self._with_cause()),
                self._after(phase),
            ]
        # Only two arms by place can meet the same row; one's own rows are those that neither meets.
        joined = " union " if self.walks_branches and self._walks_side_by_side else " union all "
        arms = joined.join(f"({arm})" for arm in self._arms(phase, conditions))
        order = self.sorted_by("u")
        return render("phase", phase=phase, arms=arms, order=order, limit=self.limit)

    def own_work(self) -> str:
        """Render the actor's own clients, found once for all phases."""
        if not self.walks_own:
            return ""
        beyond = f"not {self.scope.by_place('m')}"
        scope, whose = all_of([self.scope.own_clients(), *self.of_client]), self.scope.of_own()
        return render("own_work", scope=scope, whose=whose, beyond=beyond)

    def _arms(self, phase: int, conditions: list[str]) -> list[str]:
        arms = [self._each_branch(phase, conditions)] if self.walks_branches else []
        if self._walks_side_by_side:
            arms.append(self._side_by_side(conditions))
        if self.walks_own:
            arms.append(render("walk_own_work", where=all_of(conditions), **self._holes()))
        return arms

    def _each_branch(self, phase: int, conditions: list[str]) -> str:
        filters = (*self.of_row, *self.of_client_of_row)
        where = all_of([*conditions, self.scope.over_rows(), *filters])
        ends = {**self._ends(phase), **self._holes()}
        walk = render("walk_branch_work", where=where, **ends)
        return render("each_branch_and_period", walk=walk)

    def _side_by_side(self, conditions: list[str]) -> str:
        """Walk the periods side by side, over everything or past other companies."""
        lead = "true" if self.walks_everything else render("of_companies", who="s")
        where = all_of([*conditions, self.scope.over_rows(), *self.of_row])
        cut = "" if self.of_client_of_row else render("cut", **self._holes())
        holes = {"where": where, "cut": cut, **self._holes()}
        walks = " union all ".join(
            f"({render('walk_work', lead=lead, period=period, **holes)})" for period in _EACH_PERIOD
        )
        return render("merged", **{**holes, "walks": walks, "where": all_of(self.of_client_of_row)})

    def _with_cause(self) -> tuple[str, ...]:
        """Hold for a row of the cause asked for; by urgency, its phase says most of it."""
        if self.cause is None:
            return ()
        conditions = _WITH_CAUSE[self.cause]
        return conditions[1:] if self.order is WorklistOrder.WORK else conditions

    def _holes(self) -> dict[str, object]:
        order = ", ".join(f"s.{column}" for column in self._columns)
        return {"keys": _KEYS[self.order], "order": order, "limit": self.limit}

    def _after(self, phase: int) -> str:
        """Hold for a row after the last item of the page before."""
        # All undated rows have one day, which is no part of their place.
        dateless = self.order is WorklistOrder.WORK and phase == UNDATED
        order = [c for c in (*self._columns, "period") if not (dateless and c == "due_on")]
        columns = ", ".join(f"s.{column}" for column in order)
        return f"({columns}) > ({', '.join(_PLACES[column] for column in order)})"

    def _ends(self, phase: int) -> dict[str, object]:
        """Where the walk of one branch and period begins and ends."""
        first, last = _ENDS[self.order][phase]
        if self.order is WorklistOrder.WORK and self.cause:
            first, last = _ENDS_OF_CAUSE.get(self.cause, (first, last))
        if phase == self.resumed:
            first = tuple(_PLACES[column] for column in self._columns)
        return {"begun": self._compared(">=", first), "ended": self._compared("<=", last)}

    def _compared(self, operator: str, place: _Place) -> str:
        columns = (f"s.{column}" for column in self._columns[: len(place)])
        known = ", ".join(["s.home_branch_id", "s.period", *columns])
        return f"({known}) {operator} ({', '.join(['lead.id', 'of_period.period', *place])})"
