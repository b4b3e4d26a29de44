"""A list of clients, by the filters that the HTTP interface and every report have."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import attrs
from attrs import field, frozen

from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.console.notices import Sealed
from clientupdater.entrypoints.console.page import Page
from clientupdater.entrypoints.console.pages.client import names_of
from clientupdater.entrypoints.console.rendering import address, day, moment, money, zone_of
from clientupdater.entrypoints.console.rendering import period as period_text
from clientupdater.entrypoints.console.texts import text
from clientupdater.entrypoints.console.views import CONSOLE, View
from clientupdater.entrypoints.http.routes.clients import (
    ClientFilters,
    ClientsListQuery,
    list_clients,
)
from clientupdater.ports.lists import ClientSort

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.domain.lookups import Lookups
    from clientupdater.entrypoints.http.contract import Call

PATH = f"{CONSOLE}/clients"
_ITEMS = 25
_CHOSEN = {
    "company": "companies",
    "status": "status_types",
    "par_status": "par_statuses",
    "product": "products",
}
"""Filters that the form offers, each with the table of its codes."""
_TABLES = {
    **_CHOSEN,
    "reason": "status_reasons",
    "recorded_reason": "status_reasons",
    "pension_type": "pension_types",
    "pensioner_type": "pensioner_types",
    "account_type": "account_types",
}
_PEOPLE = ("assigned_to", "updated_by", "recorded_by", "contact_by", "done_by")
UNNAMED = ("within_reports",)
"""What says only which of the clients a person's reports are about."""


@frozen(kw_only=True)
class ClientsQuery(ClientsListQuery):
    """The filters, the order and the page of the list."""

    notice: Sealed | None = field(default=None, repr=False)


@frozen
class ChosenFilter:
    """A filter of the list, and the address of the list without it."""

    text: str = field(repr=False)
    without: str


def show_clients(call: Call) -> View:
    page = list_clients(attrs.evolve(call, query=attrs.evolve(call.query, limit=_ITEMS)))
    lookups = call.app.configuration.lookups(call.caller, generation=call.generation)
    params = params_of(call.query)
    following = {**params, "cursor": page.next_cursor}
    return View(
        template="clients.html",
        call=call,
        values={
            "items": page.items,
            "next_page": address(PATH, **following) if page.next_cursor else None,
            "names": names_of(lookups),
            "chips": _chips(call, params, lookups),
            "tables": {name: lookups[table] for name, table in _CHOSEN.items()},
            "filters": call.query,
            "others": {n: v for n, v in params.items() if n not in {*_CHOSEN, "branch", "sort"}},
            "sorts": tuple(ClientSort),
            "many": address(f"{CONSOLE}/many", **params) if _may_do_many(call) else None,
            "export": address(f"{CONSOLE}/exports", **{**params, "sort": None})
            if call.caller.actor.grants_of(Permission.REPORTS_EXPORT)
            else None,
        },
    )


def _may_do_many(call: Call) -> bool:
    either = (Permission.CLIENTS_ASSIGN, Permission.STATUS_UPDATE)
    return any(call.caller.actor.grants_of(each) for each in either)


def params_of(query: Any) -> dict[str, str]:
    """Write the filters and the order as parameters of an address."""
    names = [a.name for a in attrs.fields(ClientFilters)]
    params = {name: _word(value) for name in names if (value := getattr(query, name)) is not None}
    return params if query.sort is ClientSort.NAME else {**params, "sort": str(query.sort)}


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _chips(call: Call, params: Mapping[str, str], lookups: Lookups) -> list[ChosenFilter]:
    """Say in words which clients are listed."""
    people = _people(call)
    return [
        ChosenFilter(
            _chip_text(call, name, lookups, people), address(PATH, **{**params, name: None})
        )
        for name in params
        if name not in {"sort", *UNNAMED}
    ]


def _people(call: Call) -> Mapping[str, str]:
    ids = [_person_id(getattr(call.query, name)) for name in _PEOPLE]
    names = call.app.configuration.names(call.caller, ids, generation=call.generation).people
    return {str(each): name for each, name in names.items()}


def _person_id(value: Any) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None


def _chip_text(call: Call, name: str, lookups: Lookups, people: Mapping[str, str]) -> str:
    value = getattr(call.query, name)
    if isinstance(value, bool):
        return text(f"filter.{name}.{'yes' if value else 'no'}")
    if name in _TABLES:
        value = next((e.name for e in lookups[_TABLES[name]] if e.code == value), value)
    elif name in _PEOPLE:
        value = people.get(str(value), value)
    else:
        value = _shown(value, call)
    return text(f"filter.{name}", value=value)


def _shown(value: Any, call: Call) -> Any:
    """Write a value as people read it."""
    if isinstance(value, datetime):
        return moment(value, zone_of(call))
    if isinstance(value, date):
        return day(value)
    if isinstance(value, Decimal):
        return money(value)
    return period_text(value) if isinstance(value, Period) else value


PAGES = (
    Page(
        method="GET",
        path="/clients",
        summary="Clients",
        handle=show_clients,
        query=ClientsQuery,
        permission=Permission.CLIENTS_READ,
    ),
)
