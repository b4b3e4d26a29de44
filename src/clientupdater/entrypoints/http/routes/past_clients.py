"""The clients behind a figure of a past moment."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar

from attrs import evolve, frozen

from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.contract import Call, Endpoint
from clientupdater.entrypoints.http.cursors import opened_place, sealed_cursor
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.routes.clients import ClientFilters, filter_of
from clientupdater.entrypoints.http.routes.fields import Cursor, Limit
from clientupdater.ports.past_rows import PastClient, PastKey, PastQuery


@frozen(kw_only=True)
class PastClientsQuery(ClientFilters):
    """The filter of a figure, with its moment, and the page."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "company": "FCASH",
        "period": "2026-10",
        "status": "DONE",
        "as_of": "2026-10-30T17:00:00+08:00",
    }

    as_of: Annotated[
        datetime, About("The moment of the figure, with an offset.", "2026-10-30T17:00:00+08:00")
    ]
    limit: Limit = 50
    cursor: Cursor | None = None


@frozen
class PastClientsPage:
    """A page of clients as they stood, by client code."""

    items: tuple[PastClient, ...]
    next_cursor: str | None
    has_more: bool


def list_past_clients(call: Call) -> PastClientsPage:
    """List the clients behind a figure of a past moment, as they stood then: send its filter.
    `company` is needed, and `period` or `recorded_by`. The filters `pensioner_type`,
    `account_type`, `active`, `loan_status`, `untouched_days` and `updated_by` are not known of the
    past.
    """
    query: PastClientsQuery = call.query
    after = opened_place(call, query.cursor, PastKey) if query.cursor else None
    wanted = evolve(filter_of(call.caller, query), as_of=query.as_of)
    asked = PastQuery(filter=wanted, limit=query.limit, after=after)
    page = call.app.reports.past_clients.read(call.caller, asked)
    cursor = sealed_cursor(call, page.after) if page.after else None
    return PastClientsPage(tuple(page.items), cursor, page.has_more)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/reports/clients",
        summary="List the clients behind a figure of a past moment",
        handle=list_past_clients,
        query=PastClientsQuery,
        answers=PastClientsPage,
        permission=Permission.CLIENTS_READ,
    ),
)
