"""Lookups: the codes that people choose from, renamed, added and deactivated."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import attrs
from attrs import field, frozen

from clientupdater.domain.lookups import FACTS, LookupTable, company_of
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.console.choices import may
from clientupdater.entrypoints.console.notices import Notice, Sealed, noticed
from clientupdater.entrypoints.console.page import Page
from clientupdater.entrypoints.console.rendering import address
from clientupdater.entrypoints.console.texts import text
from clientupdater.entrypoints.console.views import CONSOLE, Entered, Forms, Redirect, View
from clientupdater.entrypoints.http.routes.config_lookups import (
    ChangeLookupEntryRequest,
    CreateLookupEntryRequest,
    EntryCode,
    EntryName,
    LookupFacts,
    SortOrder,
    change_lookup_entry,
    create_lookup_entry,
)
from clientupdater.entrypoints.http.routes.fields import Version

if TYPE_CHECKING:
    from clientupdater.domain.lookups import Fact, Lookup, Lookups
    from clientupdater.entrypoints.http.contract import Call

PATH = f"{CONSOLE}/lookups"
_MANAGE = Permission.CONFIG_MANAGE


@frozen(kw_only=True)
class LookupsQuery:
    """Which lookup."""

    table: LookupTable = LookupTable.STATUS_TYPES
    notice: Sealed | None = field(default=None, repr=False)


@frozen(kw_only=True)
class EntryForm(LookupFacts):
    """The new entry, with the facts of its lookup."""

    code: EntryCode
    name: EntryName
    sort_order: SortOrder = 0


@frozen(kw_only=True)
class ChangeForm:
    """A new name, or whether the entry is in use."""

    name: EntryName | None = None
    is_active: bool | None = None
    version: Version


@frozen
class ShownEntry:
    entry: Lookup
    facts: str
    may_change: bool


@frozen
class FactField:
    """How a fact is asked for: by a list of its values, a tick, or a number."""

    name: str
    kind: str
    options: list[tuple[str, str]]
    is_required: bool


def show_lookups(call: Call) -> View:
    return _view("", call, Entered())


def _view(at: str, call: Call, entered: Entered) -> View:
    """Show a lookup; of its forms, the one for `at` was not accepted: to create, or an entry's."""
    table = call.path.get("table") or call.query.table
    # Read anew: the page may follow a change in the same request, whose generation is the old one.
    lookups = call.app.configuration.lookups(call.caller, inactive=True)
    companies = _companies(call)
    return View(
        template="lookups.html",
        call=call,
        values={
            "table": table,
            "tabs": [(text(f"table.{t}"), address(PATH, table=t), t) for t in LookupTable],
            "entries": [
                ShownEntry(each, _facts(table, each), _company(lookups, table, each) in companies)
                for each in lookups[table]
            ],
            "fields": [_field(fact, lookups) for fact in FACTS[table]] if companies else [],
            "may_create": bool(companies),
            "forms": Forms(at or str(call.path.get("entry")), entered),
        },
    )


def _companies(call: Call) -> set[str | None]:
    """List for which companies the person may change entries; None for every one."""
    names: Any = call.app.configuration.names(call.caller, generation=call.generation).companies
    each = {code for company, code in names.items() if may(call, _MANAGE, company)}
    return {*each, None} if may(call, _MANAGE) else each


def _company(lookups: Lookups, table: LookupTable, entry: Lookup) -> str | None:
    return company_of(lookups, table, entry.facts)


def _facts(table: LookupTable, entry: Lookup) -> str:
    """Say what is particular about an entry."""
    words = []
    for fact in FACTS[table]:
        value = entry.facts.get(fact.name)
        if fact.kind is bool:
            words += [text(f"fact.{fact.name}")] if value else []
        elif value is not None:
            words.append(f"{text(f'fact.{fact.name}')}: {value}")
    return " · ".join(words)


def _field(fact: Fact, lookups: Lookups) -> FactField:
    kind = {bool: "tick", int: "number"}.get(fact.kind, "choice")
    options = [(value, value) for value in fact.values]
    if fact.refers_to:
        options = [(e.code, e.name) for e in lookups[fact.refers_to] if e.is_active]
    return FactField(fact.name, kind, options, fact.is_required)


def create(call: Call) -> Redirect:
    form: EntryForm = call.body
    facts = LookupFacts(**{a.name: getattr(form, a.name) for a in attrs.fields(LookupFacts)})
    body = CreateLookupEntryRequest(
        code=form.code, name=form.name, sort_order=form.sort_order, facts=facts
    )
    create_lookup_entry(attrs.evolve(call, body=body))
    return _back(call, form.name)


def change(call: Call) -> Redirect:
    """Rename an entry, deactivate it, or activate it again."""
    form: ChangeForm = call.body
    body = ChangeLookupEntryRequest(name=form.name, is_active=form.is_active)
    changed = change_lookup_entry(attrs.evolve(call, body=body)).value
    return _back(call, changed.name)


def _back(call: Call, name: str) -> Redirect:
    here = address(PATH, table=call.path["table"])
    return Redirect(to=noticed(call, here, Notice("saved", {"name": name})))


PAGES = (
    Page(
        method="GET",
        path="/lookups",
        summary="Lookups",
        handle=show_lookups,
        query=LookupsQuery,
        permission=Permission.CONFIG_READ,
    ),
    Page(
        method="POST",
        path="/lookups/{table}",
        summary="Add an entry to a lookup",
        handle=create,
        show_again=partial(_view, "create"),
        query=LookupsQuery,
        body=EntryForm,
        permission=_MANAGE,
    ),
    Page(
        method="POST",
        path="/lookups/{table}/{entry}",
        summary="Change an entry of a lookup",
        handle=change,
        show_again=partial(_view, ""),
        query=LookupsQuery,
        body=ChangeForm,
        versioned=True,
        permission=_MANAGE,
    ),
)
