"""The worklist: which clients to contact next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import attrs
from attrs import frozen

from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Permission
from clientupdater.domain.worklist import Cause
from clientupdater.entrypoints.http.contract import Call, Endpoint
from clientupdater.entrypoints.http.cursors import opened_place, sealed_cursor
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.routes.clients import Code
from clientupdater.entrypoints.http.routes.fields import Cursor, Limit
from clientupdater.ports.lists import (
    WorklistFilter,
    WorklistItem,
    WorklistKey,
    WorklistOrder,
    WorklistQuery,
)

if TYPE_CHECKING:
    from clientupdater.ports.lists import WorklistCounts, WorklistGroup


@frozen(kw_only=True)
class WorklistFilters:
    """Filters of the worklist; all of them must match."""

    cause: Annotated[
        Cause | None, About("Only items with this cause of their place.", "follow_up_due")
    ] = None
    branch: Code | None = None
    area: Code | None = None
    product: Code | None = None
    par_status: Code | None = None
    past_due_from: Decimal | None = None
    past_due_to: Decimal | None = None


@frozen(kw_only=True)
class WorklistListQuery(WorklistFilters):
    """Filters, order and page of the worklist."""

    order: WorklistOrder | None = None
    limit: Limit = 50
    cursor: Cursor | None = None


@frozen
class WorklistPage:
    """A page of the worklist."""

    items: Sequence[WorklistItem]
    next_cursor: str | None
    has_more: bool


@frozen
class WorklistFigure:
    """A count of items."""

    value: Annotated[int, About("How many items there are.", 12)]
    filter: Annotated[
        dict[str, str],
        About(
            "The parameters of `listWorklist` that list exactly these items.", {"branch": "QC01"}
        ),
    ]


@frozen
class WorklistCountsRow:
    """The counts of one branch."""

    branch: Annotated[str | None, About("The branch's code; null in the totals.", "QC01")]
    figures: Annotated[
        dict[str, WorklistFigure],
        About("The counts by name: `total`, and one for each cause."),
    ]


@frozen
class WorklistCountsReply:
    """How many items the worklist has."""

    day: Annotated[date, About("The business day that follow-ups are due by.")]
    rows: Annotated[
        tuple[WorklistCountsRow, ...], About("One for each branch that has items, by its code.")
    ]
    totals: Annotated[WorklistCountsRow, About("The counts of all branches.")]


@frozen
class _WorkPlace:
    """A place in the worklist, as a cursor carries it."""

    order: WorklistOrder
    day: date
    phase: int
    due_on: date
    rank: int
    name: str
    client: UUID
    period: Period


def list_worklist(call: Call) -> WorklistPage:
    """List the clients to contact next, the most urgent first, each with the cause of its place:
    due or overdue follow-ups, then clients without an update by amount past due, then the rest.
    All filters must match.
    """
    params: WorklistListQuery = call.query
    after = opened_place(call, params.cursor, _WorkPlace) if params.cursor else None
    key = WorklistKey(**attrs.asdict(after, recurse=False)) if after else None
    wanted = worklist_filter_of(params)
    query = WorklistQuery(filter=wanted, order=params.order, limit=params.limit, after=key)
    page = call.app.worklist.read(call.caller, query)
    cursor = sealed_cursor(call, page.after) if page.after else None
    return WorklistPage(page.items, cursor, page.has_more)


def count_worklist(call: Call) -> WorklistCountsReply:
    """Count the items of the worklist by cause and by branch, with the filters of `listWorklist`.
    Each count has the filter that lists exactly its items.
    """
    counts = call.app.worklist.counts(call.caller, worklist_filter_of(call.query))
    return counts_reply(counts)


def worklist_filter_of(params: WorklistFilters) -> WorklistFilter:
    """Read the filters that the list and its counts share."""
    return WorklistFilter(**{a.name: getattr(params, a.name) for a in attrs.fields(WorklistFilter)})


def counts_reply(counts: WorklistCounts) -> WorklistCountsReply:
    """Write each figure's filter as the parameters of the list."""
    return WorklistCountsReply(counts.day, tuple(map(_row, counts.rows)), _row(counts.totals))


def _row(group: WorklistGroup) -> WorklistCountsRow:
    figures = {
        name: WorklistFigure(figure.value, _params_of(figure.filter))
        for name, figure in group.figures.items()
    }
    return WorklistCountsRow(group.branch, figures)


def _params_of(wanted: WorklistFilter) -> dict[str, str]:
    asked = attrs.asdict(wanted, recurse=False)
    return {name: str(value) for name, value in asked.items() if value is not None}


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/worklist",
        summary="List the worklist",
        handle=list_worklist,
        query=WorklistListQuery,
        answers=WorklistPage,
        permission=Permission.STATUS_READ,
    ),
    Endpoint(
        method="GET",
        path="/worklist/counts",
        summary="Count the worklist",
        handle=count_worklist,
        query=WorklistFilters,
        answers=WorklistCountsReply,
        permission=Permission.STATUS_READ,
    ),
)
