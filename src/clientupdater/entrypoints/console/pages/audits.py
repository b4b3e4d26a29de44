"""Who did what, and who was refused what, with filters."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import attrs
from attrs import field, frozen

from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.console.notices import Sealed
from clientupdater.entrypoints.console.page import Page
from clientupdater.entrypoints.console.parts import part
from clientupdater.entrypoints.console.rendering import address, zone_of
from clientupdater.entrypoints.console.texts import text
from clientupdater.entrypoints.console.views import CONSOLE, View
from clientupdater.entrypoints.http.routes.audits import (
    ActivityFilters,
    AuthorizationFilters,
    ConfigurationFilters,
    list_activity,
    list_authorization_decisions,
    list_configuration_changes,
)
from clientupdater.entrypoints.http.routes.fields import Cursor
from clientupdater.entrypoints.structuring import Text

if TYPE_CHECKING:
    from clientupdater.entrypoints.http.contract import Call

PATH = f"{CONSOLE}/audits"
_ENTRIES = 50


class AuditLog(StrEnum):
    """Which log."""

    ACTIVITY = "activity"
    AUTHORIZATION = "authorization"
    CONFIGURATION = "configuration"


@frozen(kw_only=True)
class AuditsQuery:
    """Which log, and which entries of it."""

    log: AuditLog = AuditLog.ACTIVITY
    client: Annotated[str, Text(longest=60)] | None = None
    first_day: date | None = None
    last_day: date | None = None
    cursor: Cursor | None = None
    notice: Sealed | None = field(default=None, repr=False)


def show_audits(call: Call) -> View:
    query: AuditsQuery = call.query
    params = {
        "log": query.log,
        "client": query.client,
        "first_day": query.first_day,
        "last_day": query.last_day,
    }
    page = part(lambda: _read(call))
    cursor = page.value.next_cursor if page.value else None
    return View(
        template="audits.html",
        call=call,
        values={
            "page": page,
            "query": query,
            "tabs": [
                (text(f"audits.{each}"), address(PATH, **{**params, "log": each}), each)
                for each in AuditLog
            ],
            "next_page": address(PATH, **params, cursor=cursor) if cursor else None,
        },
    )


def _read(call: Call) -> Any:
    query: AuditsQuery = call.query
    paging: dict[str, Any] = {
        "limit": _ENTRIES,
        "cursor": query.cursor,
        "since": _start_of(call, query.first_day),
        "until": _start_of(call, query.last_day, days=1),
    }
    client = f"code:{query.client.removeprefix('code:')}" if query.client else None
    here = attrs.evolve(call, route=f"GET {PATH} {query.log}")
    if query.log is AuditLog.CONFIGURATION:
        return list_configuration_changes(attrs.evolve(here, query=ConfigurationFilters(**paging)))
    if query.log is AuditLog.AUTHORIZATION:
        asked = AuthorizationFilters(**paging, client=client)
        return list_authorization_decisions(attrs.evolve(here, query=asked))
    return list_activity(attrs.evolve(here, query=ActivityFilters(**paging, client=client)))


def _start_of(call: Call, day: date | None, days: int = 0) -> datetime | None:
    """Give the moment at which a day of the business begins."""
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=days), time(), zone_of(call))


PAGES = (
    Page(
        method="GET",
        path="/audits",
        summary="Audits",
        handle=show_audits,
        query=AuditsQuery,
        permission=Permission.AUDIT_READ,
    ),
)
