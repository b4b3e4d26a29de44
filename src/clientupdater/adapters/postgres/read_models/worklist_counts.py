"""Count the worklist by branch and cause, from the indexes that its pages walk."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.adapters.postgres.core.literals import written_out
from clientupdater.adapters.postgres.core.named_queries import Statement
from clientupdater.adapters.postgres.core.scope_ids import uuid_array
from clientupdater.adapters.postgres.read_models.client_walk import running_periods
from clientupdater.adapters.postgres.read_models.pieces import all_of, render
from clientupdater.adapters.postgres.read_models.scope import ScopePredicate
from clientupdater.adapters.postgres.read_models.worklist_filters import resolve_worklist_filter
from clientupdater.domain.worklist import Cause
from clientupdater.ports.lists import WorklistCounts, WorklistFigure, WorklistGroup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.adapters.postgres.configuration.configuration import Configuration
    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.adapters.postgres.read_models.shape import Shape
    from clientupdater.adapters.postgres.read_models.worklist_filters import ResolvedWorklistFilter
    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.ports.lists import ReadContext, WorklistFilter


def read_worklist_counts(
    connection: Connection,
    configuration: Configuration,
    wanted: WorklistFilter,
    read_context: ReadContext,
) -> WorklistCounts:
    access_scope = configuration.scope(read_context.statuses)
    resolved = resolve_worklist_filter(wanted, configuration)
    counted = _Counted(resolved, access_scope, resolved.shape(access_scope))
    if access_scope.is_nothing or counted.shape.is_nowhere:
        return _counts_of(wanted, read_context, {})
    statement = Statement.of(counted.statement())
    params = {
        **resolved.params,
        **ScopePredicate(access_scope).params,
        "day": read_context.today,
        "periods": running_periods(read_context.today),
        "branches": uuid_array(counted.shape.branches),
    }
    text = written_out(connection, statement, params)
    by_branch: dict[str, Counter[Cause]] = {}
    for branch, cause, count in connection.execute(text.encode(), prepare=False):
        by_branch.setdefault(configuration.codes[branch], Counter())[Cause(cause)] = count
    return _counts_of(wanted, read_context, by_branch)


@frozen
class _Counted:
    resolved: ResolvedWorklistFilter
    access_scope: AccessScope
    shape: Shape

    def statement(self) -> str:
        arms = " union all ".join(f"({arm})" for arm in self._arms())
        return render("work_counts", arms=arms, where=self._of_cause())

    def _arms(self) -> list[str]:
        """Count each row once: by place if the scope has it so, else among one's own clients."""
        form, shape = ScopePredicate(self.access_scope).form, self.shape
        filters = (*self.resolved.of_row(), *self.resolved.of_client_of_row())
        where = all_of([form.over_rows(), *filters])
        arms = []
        if shape.everything or shape.companies:
            arms.append(render("work_of_all", where=where))
        elif shape.branches:
            arms.append(render("work_of_branches", where=where))
        if shape.own:
            own = all_of([form.own_clients(), *self.resolved.of_client()])
            beyond = f"not {form.by_place('m')}"
            arms.append(render("work_of_own", where=own, whose=form.of_own(), beyond=beyond))
        return arms

    def _of_cause(self) -> str:
        cause = self.resolved.wanted.cause
        return f"{render('cause')} = '{cause}'" if cause else "true"


def _counts_of(
    wanted: WorklistFilter, read_context: ReadContext, by_branch: Mapping[str, Counter[Cause]]
) -> WorklistCounts:
    return WorklistCounts(
        day=read_context.today,
        rows=tuple(
            WorklistGroup(branch=code, figures=_figures(evolve(wanted, branch=code), counts))
            for code, counts in sorted(by_branch.items())
        ),
        totals=WorklistGroup(
            branch=None, figures=_figures(wanted, sum(by_branch.values(), Counter()))
        ),
    )


def _figures(wanted: WorklistFilter, counts: Counter[Cause]) -> Mapping[str, WorklistFigure]:
    asked = [wanted.cause] if wanted.cause else list(Cause)
    figures = {"total": WorklistFigure(value=counts.total(), filter=wanted)}
    for cause in asked:
        figures[cause] = WorklistFigure(value=counts[cause], filter=evolve(wanted, cause=cause))
    return figures
