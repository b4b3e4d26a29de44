"""One run of a sync: how far it is, what it changes, and what to decide about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import attrs
from attrs import field, frozen

from clientupdater.domain.errors import NotFound, SyncOver
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.console.notices import Notice, Sealed, noticed
from clientupdater.entrypoints.console.page import Page
from clientupdater.entrypoints.console.pages.sync import PATH, may_run
from clientupdater.entrypoints.console.rendering import address
from clientupdater.entrypoints.console.texts import TEXTS, text
from clientupdater.entrypoints.console.views import Entered, Redirect, View
from clientupdater.entrypoints.http.routes.fields import Cursor, PageQuery
from clientupdater.entrypoints.http.routes.sync import get_sync_plan, list_sync_rejects
from clientupdater.entrypoints.http.routes.sync_shapes import SyncJob
from clientupdater.entrypoints.structuring import Text

if TYPE_CHECKING:
    from clientupdater.domain.sync.jobs import SyncJob as Run
    from clientupdater.entrypoints.http.contract import Call
    from clientupdater.entrypoints.http.routes.sync_shapes import SyncPlan

_REJECTS = 20
_EFFECTS = (
    "vanished",
    "created",
    "updated",
    "reappeared",
    "contact_conflict",
    "moved",
    "opened",
    "exempted",
    "restored",
)
"""In the order in which a person who approves looks at them."""


@frozen(kw_only=True)
class RunQuery:
    """Which page of the rejected rows."""

    cursor: Cursor | None = None
    notice: Sealed | None = field(default=None, repr=False)


@frozen(kw_only=True)
class ApproveForm:
    """The plan that the person read."""

    plan_hash: Annotated[str, Text(longest=64, shortest=64)]


def show_run(call: Call) -> View:
    return _view(call, Entered())


def _view(call: Call, entered: Entered) -> View:
    run = call.app.sync.runs.show(call.caller, call.path["sync_job"])
    names = call.app.configuration.names(call.caller, [run.created_by, run.approved_by])
    plan = _plan(call)
    query = PageQuery(limit=_REJECTS, cursor=call.query.cursor)
    rejects = list_sync_rejects(attrs.evolve(call, route=f"GET {PATH}/runs", query=query))
    here, cursor = f"{PATH}/runs/{run.id}", rejects.next_cursor
    return View(
        template="sync_run.html",
        call=call,
        values={
            "run": SyncJob.of(run, names),
            "people": names.people,
            "approved_by": run.approved_by,
            "plan": plan,
            "effects": [kind for kind in _EFFECTS if plan and plan.examples.get(kind)],
            "effect_text": effect_text,
            "rejects": rejects.items,
            "next_rejects": address(here, cursor=cursor) if cursor else None,
            "is_over": run.is_over,
            "offers": _offers(call, run),
            "at": here,
            "named": named,
            "entered": entered,
        },
    )


def _plan(call: Call) -> SyncPlan | None:
    try:
        return get_sync_plan(call)
    except NotFound:
        return None


def _offers(call: Call, run: Run) -> dict[str, bool]:
    """Say what the person may decide about the run now."""
    may = may_run(call, run.request.company)
    return {
        "approve": may and run.can_be_approved,
        "cancel": may and _can_be_cancelled(run),
        "replay": may and run.is_over and bool(run.counts.rejected) and not run.request.origin,
    }


def _can_be_cancelled(run: Run) -> bool:
    try:
        run.require_cancellable()
    except SyncOver:
        return False
    return True


def named(prefix: str, name: str) -> str:
    """Name what the sync counts; a name that the catalogue lacks is shown as it is."""
    key = f"{prefix}.{name}"
    return text(key) if key in TEXTS else name


def effect_text(kind: str, effect: Any) -> str:
    """Say what changes for a client, beside its code."""
    if kind == "updated":
        field_name = named("field", effect.what)
        before, after = (value or text("none") for value in (effect.before, effect.after))
        return f"{field_name}: {before} → {after}"
    if kind in {"moved", "opened", "exempted", "restored"}:
        return f"{effect.what} {effect.after or ''}".strip()
    return ""


def approve(call: Call) -> Redirect:
    """Apply the plan that the person read."""
    job, form = call.path["sync_job"], call.body
    call.app.sync.runs.approve(call.caller, job, seen=form.plan_hash)
    return Redirect(to=noticed(call, f"{PATH}/runs/{job}", Notice("sync.approved")))


def cancel(call: Call) -> Redirect:
    job = call.path["sync_job"]
    call.app.sync.runs.cancel(call.caller, job)
    return Redirect(to=noticed(call, f"{PATH}/runs/{job}", Notice("sync.cancelled")))


def replay(call: Call) -> Redirect:
    """Read the rejected rows again, in a run of its own."""
    started = call.app.sync.runs.replay_rejects(call.caller, call.path["sync_job"])
    return Redirect(to=noticed(call, f"{PATH}/runs/{started.id}", Notice("sync.replayed")))


def _form(action: str, summary: str, handle: Any, body: type | None = None) -> Page:
    return Page(
        method="POST",
        path=f"/sync/runs/{{sync_job}}/{action}",
        summary=summary,
        handle=handle,
        show_again=_view,
        query=RunQuery,
        body=body,
        permission=Permission.SYNC_EXECUTE,
    )


PAGES = (
    Page(
        method="GET",
        path="/sync/runs/{sync_job}",
        summary="A run",
        handle=show_run,
        query=RunQuery,
        permission=Permission.SYNC_READ,
    ),
    _form("approve", "Approve a plan", approve, ApproveForm),
    _form("cancel", "Cancel a run", cancel),
    _form("replay", "Replay rejected rows", replay),
)
