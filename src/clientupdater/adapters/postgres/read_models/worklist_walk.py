"""Choose how the worklist is walked: phase after phase, each by the size of the scope.

Nothing here reads or writes SQL: `worklist_page` renders the walk that is chosen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.adapters.postgres.read_models.client_walk import running_periods
from clientupdater.adapters.postgres.read_models.worklist_filters import NO_FILTER
from clientupdater.domain.worklist import Cause
from clientupdater.ports.lists import WorklistOrder

if TYPE_CHECKING:
    from datetime import date

    from clientupdater.adapters.postgres.read_models.shape import Shape
    from clientupdater.adapters.postgres.read_models.worklist_filters import ResolvedWorklistFilter
    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.ports.lists import WorklistKey, WorklistQuery

DUE, UNDATED, LATER = 1, 2, 3
"""The phases by urgency: due by the day of the list, without a follow-up day, due later."""
_PHASE_OF = {
    Cause.FOLLOW_UP_DUE: DUE,
    Cause.NOT_TOUCHED: UNDATED,
    Cause.IN_HAND: UNDATED,
    Cause.FOLLOW_UP_LATER: LATER,
}
_PHASES = {WorklistOrder.WORK: (DUE, UNDATED, LATER), WorklistOrder.NAME: (DUE,)}


@frozen(kw_only=True)
class WorklistWalk:
    """How a page of the worklist is found."""

    order: WorklistOrder
    day: date
    phases: tuple[int, ...]
    """The phases walked, one after the other until the page is full."""
    after: WorklistKey | None
    """Where the page begins; it is in the first of the phases."""
    limit: int
    shape: Shape
    filter: ResolvedWorklistFilter
    access_scope: AccessScope
    """It names each company that it covers."""

    @property
    def is_steady(self) -> bool:
        """Whether one plan serves every such page, so that it may be kept prepared."""
        return self.filter.is_empty

    @property
    def periods(self) -> list[str]:
        return running_periods(self.day)


def choose_worklist_walk(
    query: WorklistQuery,
    access_scope: AccessScope,
    today: date,
    resolved: ResolvedWorklistFilter = NO_FILTER,
) -> WorklistWalk:
    """Choose; order and day stay those of the first page."""
    after = query.after
    order = after.order if after else query.order or WorklistOrder.WORK
    return WorklistWalk(
        order=order,
        day=after.day if after else today,
        phases=tuple(
            each
            for each in _phases(order, resolved.wanted.cause)
            if not after or each >= after.phase
        ),
        after=after,
        limit=query.limit,
        shape=resolved.shape(access_scope),
        filter=resolved,
        access_scope=access_scope,
    )


def _phases(order: WorklistOrder, cause: Cause | None) -> tuple[int, ...]:
    """By urgency, a cause is in one phase; by name there is only one."""
    by_urgency = order is WorklistOrder.WORK and cause is not None
    return (_PHASE_OF[cause],) if by_urgency and cause else _PHASES[order]
