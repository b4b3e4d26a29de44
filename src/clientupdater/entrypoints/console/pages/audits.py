"""Who did what, and who was refused what, with filters."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import attrs
from attrs import field, frozen

from clientupdater.domain.errors import NotFound
from clientupdater.domain.ids import PersonId
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.console.notices import Sealed
from clientupdater.entrypoints.console.page import Page
from clientupdater.entrypoints.console.parts import Part, part
from clientupdater.entrypoints.console.rendering import address, zone_of
from clientupdater.entrypoints.console.texts import text
from clientupdater.entrypoints.console.views import CONSOLE, View
from clientupdater.entrypoints.http.contract import part as part_of_path
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
from clientupdater.ports.audits import AuditResult, ConfigurationAction

if TYPE_CHECKING:
    from clientupdater.entrypoints.http.contract import Call

PATH = f"{CONSOLE}/audits"
_ENTRIES = 50
_PLACES = {
    "client": (f"{CONSOLE}/clients", Permission.CLIENTS_READ),
    "user": (f"{CONSOLE}/people", Permission.USERS_READ),
}
"""Where the page of an entry's client or user is, and who may open it."""


class AuditLog(StrEnum):
    """Which log."""

    ACTIVITY = "activity"
    AUTHORIZATION = "authorization"
    CONFIGURATION = "configuration"


@frozen(kw_only=True)
class AuditsQuery:
    """Which log, and which entries of it."""

    log: AuditLog = AuditLog.ACTIVITY
    person: Annotated[str, Text(longest=255)] | None = None
    """An email, or an id."""
    client: Annotated[str, Text(longest=60)] | None = None
    action: Annotated[str, Text(longest=100)] | None = None
    change: ConfigurationAction | None = None
    result: AuditResult | None = None
    first_day: date | None = None
    last_day: date | None = None
    cursor: Cursor | None = None
    notice: Sealed | None = field(default=None, repr=False)


def show_audits(call: Call) -> View:
    query: AuditsQuery = call.query
    params = _params(query)
    person = part(lambda: _person(call))
    page = Part(None, person.error) if person.error else part(lambda: _read(call, person.value))
    cursor = page.value.next_cursor if page.value else None
    shared = {name: params[name] for name in ("person", "client", "first_day", "last_day")}
    return View(
        template="audits.html",
        call=call,
        values={
            "page": page,
            "query": query,
            "who": _name(page.value, person.value, query.person),
            "without_person": address(PATH, **{**params, "person": None}),
            "narrowed": lambda **more: address(PATH, **{**params, **more}),
            "places": {
                resource: place
                for resource, (place, permission) in _PLACES.items()
                if call.caller.actor.grants_of(permission)
            },
            "changes": tuple(ConfigurationAction),
            "results": tuple(AuditResult),
            "tabs": [
                (text(f"audits.{each}"), address(PATH, log=each, **shared), each)
                for each in AuditLog
            ],
            "next_page": address(PATH, **params, cursor=cursor) if cursor else None,
        },
    )


def _params(query: AuditsQuery) -> dict[str, Any]:
    """Write the filters that the log has as parameters of an address."""
    of_log = {
        AuditLog.ACTIVITY: ("client", "action"),
        AuditLog.AUTHORIZATION: ("client", "result"),
        AuditLog.CONFIGURATION: ("change",),
    }[query.log]
    names = ("log", "person", "client", "action", "change", "result", "first_day", "last_day")
    always = {"log", "person", "first_day", "last_day"}
    return {n: getattr(query, n) if n in {*of_log, *always} else None for n in names}


def _person(call: Call) -> PersonId | None:
    """Find who did it: by id, or by the email of an account that one may see."""
    word = call.query.person
    if word is None:
        return None
    try:
        if "@" in word:
            return call.app.people.users.show(call.caller, word.strip()).person.id
        return PersonId(part_of_path("user").read(word))
    except NotFound:
        raise NotFound(text("audits.no_person")) from None


def _name(page: Any, person: PersonId | None, word: str | None) -> str | None:
    """Name the person as an entry does; where there is none, as they were asked for."""
    entries = page.items if page else ()
    named = (each.by.name for each in entries if each.by and each.by.id == person)
    return next(named, word) if page and person else None


def _read(call: Call, person: PersonId | None) -> Any:
    query: AuditsQuery = call.query
    paging: dict[str, Any] = {
        "actor": person,
        "limit": _ENTRIES,
        "cursor": query.cursor,
        "since": _start_of(call, query.first_day),
        "until": _start_of(call, query.last_day, days=1),
    }
    client = f"code:{query.client.removeprefix('code:')}" if query.client else None
    here = attrs.evolve(call, route=f"GET {PATH} {query.log}")
    if query.log is AuditLog.CONFIGURATION:
        asked_changes = ConfigurationFilters(**paging, action=query.change)
        return list_configuration_changes(attrs.evolve(here, query=asked_changes))
    if query.log is AuditLog.AUTHORIZATION:
        asked = AuthorizationFilters(**paging, client=client, result=query.result)
        return list_authorization_decisions(attrs.evolve(here, query=asked))
    asked_activity = ActivityFilters(**paging, client=client, action=query.action)
    return list_activity(attrs.evolve(here, query=asked_activity))


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
