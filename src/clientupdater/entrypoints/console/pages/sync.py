"""The sources of clients and how they stand, and the runs that read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import attrs
from attrs import field, frozen

from clientupdater.domain.permissions import Permission
from clientupdater.domain.sync.fields import Source
from clientupdater.domain.sync.jobs import Mode
from clientupdater.entrypoints.console.choices import may
from clientupdater.entrypoints.console.notices import Notice, Sealed, noticed
from clientupdater.entrypoints.console.page import Page
from clientupdater.entrypoints.console.rendering import address
from clientupdater.entrypoints.console.views import CONSOLE, Entered, Redirect, View
from clientupdater.entrypoints.http.routes.fields import Cursor, PageQuery
from clientupdater.entrypoints.http.routes.sync import (
    StartSyncRequest,
    list_sync_jobs,
    start_sync,
)
from clientupdater.entrypoints.structuring import Text

if TYPE_CHECKING:
    from clientupdater.domain.ids import CompanyId
    from clientupdater.entrypoints.http.contract import Call

PATH = f"{CONSOLE}/sync"
_RUNS = 20


@frozen(kw_only=True)
class SyncQuery:
    """Which page of the runs."""

    cursor: Cursor | None = None
    notice: Sealed | None = field(default=None, repr=False)


@frozen(kw_only=True)
class StartForm:
    """Which source to read, and whether only to plan."""

    source: Source
    company: Annotated[str, Text(longest=50)] | None = None
    mode: Mode = Mode.PREVIEW


def show_sync(call: Call) -> View:
    return _view(call, Entered())


def _view(call: Call, entered: Entered) -> View:
    query = PageQuery(limit=_RUNS, cursor=call.query.cursor)
    page = list_sync_jobs(attrs.evolve(call, route=f"GET {PATH}", path={}, query=query))
    cursor = page.next_cursor
    return View(
        template="sync.html",
        call=call,
        values={
            "sources": call.app.sync.runs.diagnose(),
            "runs": page.items,
            "next_page": address(PATH, cursor=cursor) if cursor else None,
            "companies": _companies(call),
            "modes": tuple(Mode),
            "entered": entered,
        },
    )


def may_run(call: Call, company: CompanyId | None) -> bool:
    """Whether the person may start, approve and cancel runs for this company."""
    return may(call, Permission.SYNC_EXECUTE, company)


def _companies(call: Call) -> list[tuple[str, str]]:
    """List for which companies the person may start a run, all of them first."""
    names: Any = call.app.configuration.names(call.caller, generation=call.generation).companies
    each = [(code, code) for company, code in names.items() if may_run(call, company)]
    return [("", ""), *each] if may_run(call, None) else each


def start(call: Call) -> Redirect:
    """Start a run, and show how far it is."""
    form: StartForm = call.body
    body = StartSyncRequest(source=form.source, company=form.company, mode=form.mode)
    job = start_sync(attrs.evolve(call, body=body)).value
    return Redirect(to=noticed(call, f"{PATH}/runs/{job.id}", Notice("sync.started")))


PAGES = (
    Page(
        method="GET",
        path="/sync",
        summary="Sync",
        handle=show_sync,
        query=SyncQuery,
        permission=Permission.SYNC_READ,
    ),
    Page(
        method="POST",
        path="/sync",
        summary="Start a run",
        handle=start,
        show_again=_view,
        query=SyncQuery,
        body=StartForm,
        permission=Permission.SYNC_EXECUTE,
    ),
)
