"""Render the statement of a page of the worklist, along the walk `worklist_walk` has chosen."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.adapters.postgres.core.scope_ids import uuid_array
from clientupdater.adapters.postgres.read_models.pieces import all_of, render
from clientupdater.adapters.postgres.read_models.scope import ScopePredicate
from clientupdater.domain.periods import Cycle
from clientupdater.ports.lists import WorklistOrder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clientupdater.adapters.postgres.read_models.scope import PredicateForm
    from clientupdater.adapters.postgres.read_models.worklist_walk import WorklistWalk

_COLUMNS = {
    WorklistOrder.WORK: ("due_on", "work_rank", "client_id"),
    WorklistOrder.NAME: ("sort_name", "client_id"),
}
_KEYS = {
    WorklistOrder.WORK: "s.due_on, s.work_rank, '' as sort_name",
    WorklistOrder.NAME: "'0001-01-01'::date as due_on, 0::bigint as work_rank, s.sort_name",
}
"""The columns of an item's place; those that are not sorted by are not read."""
_PLACES = {
    "due_on": "p.due_on",
    "work_rank": "p.rank",
    "sort_name": "%(name)s::text",
    "client_id": "p.client",
    "period": "p.period",
}
"""Where a stretch p begins. Only one stretch has a name to begin after."""
_EACH_PERIOD = tuple(f"%(period_{n})s::text" for n, _ in enumerate(Cycle))


def worklist_page_statement(walk: WorklistWalk) -> str:
    """Render it."""
    shape = walk.shape
    return _rendered(
        _WorklistPage(
            order=walk.order,
            limit=walk.limit,
            walks_branches=bool(shape.branches),
            walks_companies=bool(shape.companies),
            walks_everything=shape.everything,
            walks_own=shape.own,
            scope=ScopePredicate(walk.access_scope).form,
            has_cause=walk.filter.wanted.cause is not None,
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
        arms=page.arms(),
        limit=page.limit,
        shown=render("work_shown"),
        of_arms=page.sorted_by("u"),
        of_keys=page.sorted_by("k"),
    )


def worklist_params(walk: WorklistWalk) -> dict[str, object]:
    """Give the parameters of that statement; arrays as text, which is written once."""
    periods, stretches = walk.periods, walk.stretches
    return {
        "phases": _array(each.phase for each in stretches),
        "due_ons": _array(each.due_on for each in stretches),
        "ranks": _array(each.rank for each in stretches),
        "clients": _array(each.client for each in stretches),
        "periods_after": _array(f'"{each.period}"' for each in stretches),
        "last_due_ons": _array(each.last_due_on for each in stretches),
        "last_ranks": _array(each.last_rank for each in stretches),
        "name": stretches[0].name,
        "most_of_branch": walk.most_of_branch,
        "periods": periods,
        **{f"period_{n}": period for n, period in enumerate(periods)},
        "branches": uuid_array(walk.shape.branches),
        "companies": uuid_array(walk.shape.companies),
        **ScopePredicate(walk.access_scope).params,
        **walk.filter.params,
    }


def _array(elements: Iterable[object]) -> str:
    return f"{{{','.join(map(str, elements))}}}"


@frozen(kw_only=True)
class _WorklistPage:
    """What the text of the statement depends on; its values are parameters."""

    order: WorklistOrder
    limit: int
    walks_branches: bool
    walks_companies: bool
    walks_everything: bool
    walks_own: bool
    scope: PredicateForm
    has_cause: bool
    of_row: tuple[str, ...]
    of_client_of_row: tuple[str, ...]
    of_client: tuple[str, ...]
    """The conditions of the filters: of a row s, of its client, and of a client c met first."""

    def sorted_by(self, alias: str) -> str:
        return _listed(alias, (*_COLUMNS[self.order], "period"))

    def own_work(self) -> str:
        """Render the actor's own clients, found once for all phases."""
        if not self.walks_own:
            return ""
        beyond = f"not {self.scope.by_place('m')}"
        scope, whose = all_of([self.scope.own_clients(), *self.of_client]), self.scope.of_own()
        return render("own_work", scope=scope, whose=whose, beyond=beyond)

    def arms(self) -> str:
        """Join the walks of one phase."""
        side_by_side = self.walks_companies or self.walks_everything
        arms = [self._each_branch()] if self.walks_branches else []
        if side_by_side:
            arms.append(self._side_by_side())
        if self.walks_own:
            arms.append(render("walk_own_work", where=self._within_stretch(), **self._holes()))
        # Only two arms by place can meet the same row; one's own rows are those that neither meets.
        joined = " union " if self.walks_branches and side_by_side else " union all "
        return joined.join(f"({arm})" for arm in arms)

    def _each_branch(self) -> str:
        """Walk each branch and period along one range of an index, which ends with the stretch."""
        by_urgency, columns = self.order is WorklistOrder.WORK, _COLUMNS[self.order]
        within = self._after() if by_urgency else self._within_stretch()
        filters = (*self.of_row, *self.of_client_of_row)
        walk = render(
            "walk_branch_work",
            columns=_listed("s", columns),
            begun=_places(columns),
            last=render("last_of_branch" if by_urgency else "whole_branch"),
            where=all_of([within, self.scope.over_rows(), *filters]),
            **self._holes(),
        )
        return render("each_branch_and_period", walk=walk)

    def _side_by_side(self) -> str:
        """Walk the periods side by side, over everything or past other companies."""
        lead = "true" if self.walks_everything else render("of_companies", who="s")
        where = all_of([self._within_stretch(), self.scope.over_rows(), *self.of_row])
        cut = "" if self.of_client_of_row else render("cut", **self._holes())
        holes = {"where": where, "cut": cut, **self._holes()}
        walks = " union all ".join(
            f"({render('walk_work', lead=lead, period=period, **holes)})" for period in _EACH_PERIOD
        )
        return render("merged", **{**holes, "walks": walks, "where": all_of(self.of_client_of_row)})

    def _within_stretch(self) -> str:
        """Hold for a row after the place at which the stretch begins, within its days."""
        if self.order is WorklistOrder.WORK:
            return all_of([self._after(), render("until_last")])
        return all_of([self._after(), *([render("of_cause")] if self.has_cause else [])])

    def _after(self) -> str:
        columns = (*_COLUMNS[self.order], "period")
        return f"({_listed('s', columns)}) > ({_places(columns)})"

    def _holes(self) -> dict[str, object]:
        order = _listed("s", _COLUMNS[self.order])
        return {"keys": _KEYS[self.order], "order": order, "limit": self.limit}


def _listed(alias: str, columns: Iterable[str]) -> str:
    return ", ".join(f"{alias}.{column}" for column in columns)


def _places(columns: Iterable[str]) -> str:
    return ", ".join(_PLACES[column] for column in columns)
