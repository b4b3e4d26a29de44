"""Choose how the worklist is walked: phase after phase, each by the size of the scope.

Nothing here reads or writes SQL: `worklist_page` renders the walk that is chosen.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from attrs import evolve, frozen

from clientupdater.adapters.postgres.read_models.client_walk import running_periods
from clientupdater.adapters.postgres.read_models.worklist_filters import NO_FILTER
from clientupdater.domain.ids import ClientId
from clientupdater.domain.worklist import Cause
from clientupdater.ports.lists import WorklistOrder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clientupdater.adapters.postgres.read_models.shape import Shape
    from clientupdater.adapters.postgres.read_models.worklist_filters import ResolvedWorklistFilter
    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.ports.lists import WorklistKey, WorklistQuery

DUE, UNDATED, LATER = 1, 2, 3
"""The phases by urgency: due by the day of the list, without a follow-up day, due later."""
_NEVER, _FIRST_DAY, _LAST_DAY = date.min, date.min + timedelta(1), date.max
"""The due_on of a row without a follow-up day, and the days that one may have."""
_FIRST_CLIENT = ClientId(UUID(int=0))
_FIRST_RANK, _LAST_RANK = -(2**63), 2**63 - 1
_LAST_UNTOUCHED = 2**59
"""Half of what work_rank adds to a touched row: an amount past due never comes near it."""


@frozen(kw_only=True)
class Stretch:
    """The part of the walk that one phase is.

    It begins after a place, by urgency that of (due_on, rank, client, period) and by name that of
    (name, client, period); a row's day and rank are between the first and the last of the phase.
    """

    phase: int
    due_on: date
    rank: int
    last_due_on: date
    last_rank: int
    name: str = ""
    client: ClientId = _FIRST_CLIENT
    period: str = ""

    def after(self, key: WorklistKey) -> Stretch:
        """Begin after an item of the phase."""
        place = evolve(self, name=key.name, client=key.client, period=str(key.period))
        if key.order is WorklistOrder.NAME:
            return place
        return evolve(place, due_on=key.due_on, rank=key.rank)


_SHARE, _LEAST = 4, 8
"""A branch gives so many times its share of a page, and no fewer than so many items."""


@frozen(kw_only=True)
class WorklistWalk:
    """How a page of the worklist is found."""

    order: WorklistOrder
    day: date
    stretches: tuple[Stretch, ...]
    """Walked one after the other until the page is full."""
    limit: int
    """One more than are shown: it shows that there is another page."""
    most_of_branch: int
    """Items that each branch gives at first, in each phase and period."""
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

    def is_cut(self, met: Iterable[tuple[int, str | None, str]]) -> bool:
        """Whether a branch may have more for a page, by the phase, branch and period of each item.

        Most pages have few items of each of many branches: reading a whole page of each would read
        twenty times as much as is shown. A branch that gave all it might is read again.
        """
        if self.most_of_branch >= self.limit:
            return False
        counts = Counter(met)
        return max(counts.values(), default=0) >= self.most_of_branch or any(
            branch is None for _, branch, _ in counts
        )


def choose_worklist_walk(
    query: WorklistQuery,
    access_scope: AccessScope,
    today: date,
    resolved: ResolvedWorklistFilter = NO_FILTER,
) -> WorklistWalk:
    """Choose; order and day stay those of the first page."""
    after = query.after
    order = after.order if after else query.order or WorklistOrder.WORK
    day = after.day if after else today
    stretches = _stretches(order, resolved.wanted.cause, day)
    if after:
        stretches = tuple(
            each.after(after) if each.phase == after.phase else each
            for each in stretches
            if each.phase >= after.phase
        )
    shape, limit = resolved.shape(access_scope), query.limit + 1
    share = _SHARE * limit // max(len(shape.branches), 1)
    return WorklistWalk(
        order=order,
        day=day,
        stretches=stretches,
        limit=limit,
        most_of_branch=min(max(share, _LEAST), limit),
        shape=shape,
        filter=resolved,
        access_scope=access_scope,
    )


def _stretches(order: WorklistOrder, cause: Cause | None, day: date) -> tuple[Stretch, ...]:
    """By urgency, a cause is in one phase; by name there is only one."""
    undated = _stretch(UNDATED, _NEVER, _NEVER)
    of_cause = {
        Cause.FOLLOW_UP_DUE: _stretch(DUE, _FIRST_DAY, day),
        Cause.NOT_TOUCHED: evolve(undated, last_rank=_LAST_UNTOUCHED),
        Cause.IN_HAND: evolve(undated, rank=_LAST_UNTOUCHED + 1),
        Cause.FOLLOW_UP_LATER: _stretch(LATER, day + timedelta(1), _LAST_DAY),
    }
    if order is WorklistOrder.NAME:
        whole = _stretch(DUE, _NEVER, _LAST_DAY)
        return (evolve(of_cause[cause], phase=DUE) if cause else whole,)
    if cause:
        return (of_cause[cause],)
    return (of_cause[Cause.FOLLOW_UP_DUE], undated, of_cause[Cause.FOLLOW_UP_LATER])


def _stretch(phase: int, first_day: date, last_day: date) -> Stretch:
    return Stretch(
        phase=phase,
        due_on=first_day,
        rank=_FIRST_RANK,
        last_due_on=last_day,
        last_rank=_LAST_RANK,
    )
