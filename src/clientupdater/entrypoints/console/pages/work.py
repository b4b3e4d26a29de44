"""My work: whom to reach next, how much is left, and what I have done today."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.domain.worklist import Cause
from clientupdater.entrypoints.console.choices import companies_of
from clientupdater.entrypoints.console.menu import menu_of
from clientupdater.entrypoints.console.page import Page
from clientupdater.entrypoints.console.rendering import address, today_of
from clientupdater.entrypoints.console.texts import text
from clientupdater.entrypoints.console.views import CONSOLE, Redirect, View
from clientupdater.entrypoints.console.worklist import (
    QueueQuery,
    cause_text,
    filters_of,
    params_of,
    read_place,
)
from clientupdater.entrypoints.http.routes.worklist import WorklistFilters, count_worklist
from clientupdater.ports.client_filter import Recorded
from clientupdater.ports.staff_reports import StaffBy, StaffQuery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.domain.lookups import Lookups
    from clientupdater.entrypoints.http.contract import Call
    from clientupdater.entrypoints.http.routes.worklist import WorklistCountsReply


_CHIPS = 12
"""Branches that are chips; of more, one is chosen from a list."""


@frozen
class Chip:
    """A filter to choose, or to take away where it is chosen."""

    text: str
    count: int | None
    address: str
    is_chosen: bool


@frozen
class Progress:
    """What is left of the worklist, and what the person recorded today."""

    left_today: int
    left: int
    recorded: int
    reached: int
    completed: int


def show_work(call: Call) -> View | Redirect:
    if not call.caller.actor.grants_of(Permission.STATUS_READ):
        return _elsewhere(call)
    today = today_of(call)
    queue, counts = read_place(call), _counts(call)
    lookups = call.app.configuration.lookups(call.caller, generation=call.generation)
    return View(
        template="work.html",
        call=call,
        values={
            "queue": queue,
            "cause_text": lambda item: cause_text(item, today),
            "chips": [
                *_cause_chips(call, counts),
                *_branch_chips(call, counts),
                *_listed_chips(call, lookups),
            ],
            "lookups": lookups,
            "branches": [row.branch for row in counts.rows if len(counts.rows) > _CHIPS],
            "filters": call.query,
            "progress": _progress(call, counts),
            "place": queue.query if queue else "",
            "today": today,
        },
    )


def _elsewhere(call: Call) -> View | Redirect:
    """Send a person who calls no clients to the first place that is theirs."""
    places = menu_of(call.caller.actor)
    if places:
        return Redirect(to=address(places[0].address, notice=call.query.notice))
    return View(template="no_work.html", call=call)


def _counts(call: Call) -> WorklistCountsReply:
    """Count by cause and branch, whichever of these is chosen, within the other filters."""
    filters = WorklistFilters(**{**filters_of(call.query), "cause": None})
    return count_worklist(attrs.evolve(call, query=filters))


def _cause_chips(call: Call, counts: WorklistCountsReply) -> Iterator[Chip]:
    for cause in Cause:
        figure = counts.totals.figures.get(str(cause))
        count = figure.value if figure else 0
        yield _chip(call, text(f"chip.{cause}"), count, "cause", str(cause))


def _branch_chips(call: Call, counts: WorklistCountsReply) -> Iterator[Chip]:
    """Offer branches where there is a choice, if they are few."""
    rows = [row for row in counts.rows if row.branch]
    if 1 < len(rows) <= _CHIPS or call.query.branch:
        for row in rows:
            yield _chip(call, str(row.branch), row.figures["total"].value, "branch", row.branch)


def _listed_chips(call: Call, lookups: Lookups) -> Iterator[Chip]:
    """Show what is chosen from a list, so that it can be taken away."""
    for name, table in (("product", "products"), ("par_status", "par_statuses")):
        if chosen := getattr(call.query, name):
            entry = next((each.name for each in lookups[table] if each.code == chosen), chosen)
            yield _chip(call, text(f"filter.{name}", value=entry), None, name, chosen)


def _chip(call: Call, name: str, count: int | None, filter_name: str, value: Any) -> Chip:
    chosen, params = str(getattr(call.query, filter_name)) == value, params_of(call.query)
    changed = {**params, filter_name: None if chosen else value}
    return Chip(name, count, address(CONSOLE, **changed), chosen)


def _progress(call: Call, counts: WorklistCountsReply) -> Progress:
    mine = dict.fromkeys((Recorded.UPDATE, Recorded.CONTACT, Recorded.COMPLETED), 0)
    for company in companies_of(call, Permission.STATUS_READ):
        day = today_of(call)
        query = StaffQuery(
            company=company,
            person=call.caller.actor.id,
            by=StaffBy.DAY,
            start=day,
            until=day,
        )
        for row in call.app.reports.staff.read(call.caller, query).rows:
            for name in mine:
                mine[name] += row.figures[name].clients
    figures = counts.totals.figures
    due = figures.get(str(Cause.FOLLOW_UP_DUE))
    return Progress(
        left_today=due.value if due else 0,
        left=figures["total"].value,
        recorded=mine[Recorded.UPDATE],
        reached=mine[Recorded.CONTACT],
        completed=mine[Recorded.COMPLETED],
    )


PAGES = (
    Page(
        method="GET",
        path="",
        summary="My work",
        handle=show_work,
        query=QueueQuery,
        permission=Permission.STATUS_READ,
    ),
)
