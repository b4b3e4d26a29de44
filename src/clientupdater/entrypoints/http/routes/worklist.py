"""The worklist: which clients to contact next."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import attrs
from attrs import frozen

from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.contract import Call, Endpoint
from clientupdater.entrypoints.http.cursors import opened_place, sealed_cursor
from clientupdater.entrypoints.http.routes.fields import Cursor, Limit
from clientupdater.ports.lists import WorklistItem, WorklistKey, WorklistOrder, WorklistQuery


@frozen(kw_only=True)
class WorklistListQuery:
    """Order and page of the worklist."""

    order: WorklistOrder | None = None
    limit: Limit = 50
    cursor: Cursor | None = None


@frozen
class WorklistPage:
    """A page of the worklist."""

    items: tuple[WorklistItem, ...]
    next_cursor: str | None
    has_more: bool


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
    """
    params: WorklistListQuery = call.query
    after = opened_place(call, params.cursor, _WorkPlace) if params.cursor else None
    key = WorklistKey(**attrs.asdict(after, recurse=False)) if after else None
    query = WorklistQuery(order=params.order, limit=params.limit, after=key)
    page = call.app.worklist.read(call.caller, query)
    cursor = sealed_cursor(call, page.after) if page.after else None
    return WorklistPage(page.items, cursor, page.has_more)


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
)
