"""The worklist as a person goes through it, from one client to the next."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import attrs
from attrs import field, frozen

from clientupdater.domain.permissions import Permission
from clientupdater.domain.worklist import Cause
from clientupdater.entrypoints.console.notices import Sealed
from clientupdater.entrypoints.console.rendering import address, money
from clientupdater.entrypoints.console.texts import text
from clientupdater.entrypoints.console.views import CONSOLE
from clientupdater.entrypoints.http.routes.fields import Cursor
from clientupdater.entrypoints.http.routes.worklist import (
    WorklistFilters,
    WorklistListQuery,
    list_worklist,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from uuid import UUID

    from clientupdater.entrypoints.http.contract import Call
    from clientupdater.ports.lists import WorklistItem

_ITEMS = 25
_UNTOUCHED = (Cause.FOLLOW_UP_DUE, Cause.NOT_TOUCHED)
_ROUTE = "the console's worklist"
"""Its pages are the same ones wherever they are shown: a cursor opens on each of them."""


@frozen(kw_only=True)
class QueueQuery(WorklistFilters):
    """Which page of the worklist, by which filters, a person goes through."""

    cursor: Cursor | None = None
    notice: Sealed | None = field(default=None, repr=False)


@frozen
class WorklistPlace:
    """A page of the worklist, and how to stay on it."""

    items: tuple[WorklistItem, ...]
    next_cursor: str | None
    place: Mapping[str, str]
    """The filters and the cursor of this page, as parameters of an address."""

    def address_of(self, client: UUID) -> str:
        """Give the address of a client on this page of the worklist."""
        return address(f"{CONSOLE}/clients/{client}", **self.place)

    @property
    def address(self) -> str:
        return address(CONSOLE, **self.place)

    @property
    def query(self) -> str:
        return urlencode(self.place)

    @property
    def next_page(self) -> str | None:
        if self.next_cursor is None:
            return None
        return address(CONSOLE, **{**self.place, "cursor": self.next_cursor})

    def after(self, client: UUID) -> UUID | None:
        """Find the client to reach next: who follows, else who was passed over before.

        Follow-ups of a later day are no work for today, unless the person asked for them.
        """
        ids = [item.client.id for item in self.items]
        at = ids.index(client) + 1 if client in ids else 0
        later = self.place.get("cause") != Cause.FOLLOW_UP_LATER
        ahead = (i for i in self.items[at:] if not (later and i.cause is Cause.FOLLOW_UP_LATER))
        passed = (i for i in self.items[: max(0, at - 1)] if i.cause in _UNTOUCHED)
        following = next(chain(ahead, passed), None)
        return following.client.id if following else None


def read_place(call: Call) -> WorklistPlace | None:
    """Read the page of the worklist that the query names; None without status:read."""
    if not call.caller.actor.grants_of(Permission.STATUS_READ):
        return None
    filters, cursor = filters_of(call.query), call.query.cursor
    query = WorklistListQuery(**filters, limit=_ITEMS, cursor=cursor)
    page = list_worklist(attrs.evolve(call, route=_ROUTE, path={}, query=query, body=None))
    return WorklistPlace(tuple(page.items), page.next_cursor, place_of(call.query))


def filters_of(query: Any) -> dict[str, Any]:
    return {a.name: getattr(query, a.name) for a in attrs.fields(WorklistFilters)}


def params_of(query: Any) -> dict[str, str]:
    """Write the filters as parameters of an address."""
    return {n: str(value) for n, value in filters_of(query).items() if value is not None}


def place_of(query: Any) -> dict[str, str]:
    """Write the page of the worklist that a query names as parameters of an address."""
    cursor = {"cursor": query.cursor} if query.cursor else {}
    return {**params_of(query), **cursor}


def cause_text(item: WorklistItem, today: date) -> str:
    """Say why a client has its place."""
    due, owes = item.snapshot.next_follow_up_on, item.client.past_due_amount
    if due is not None:
        return _due_text(item.cause, due, today)
    if item.cause is Cause.NOT_TOUCHED:
        return (
            text("cause.not_touched_owes", amount=money(owes))
            if owes
            else text("cause.not_touched")
        )
    return text("cause.in_hand")


def _due_text(cause: Cause, due: date, today: date) -> str:
    days = (today - due).days
    if cause is Cause.FOLLOW_UP_LATER:
        return text("cause.tomorrow") if days == -1 else text("cause.later", days=-days)
    names = {0: "cause.due_today", 1: "cause.due_yesterday"}
    return text(names.get(days, "cause.overdue"), days=days)
