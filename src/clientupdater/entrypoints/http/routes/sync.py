"""Taking over what the sources say: asking for runs, looking at them, deciding on them (Y2-Y9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from attrs import frozen

from clientupdater.domain.errors import (
    Gone,
    InvalidInput,
    NotFound,
    PlanChanged,
    SyncOver,
    SyncRunning,
)
from clientupdater.domain.ids import CompanyId, SyncJobId
from clientupdater.domain.permissions import Permission
from clientupdater.domain.sync.fields import Source
from clientupdater.domain.sync.jobs import Mode, SyncRequest
from clientupdater.entrypoints.http.contract import BASE, Answer, Call, Endpoint
from clientupdater.entrypoints.http.cursors import opened_cursor, sealed_cursor
from clientupdater.entrypoints.http.routes.rows import ClientRecord
from clientupdater.entrypoints.http.routes.sync_shapes import (
    RejectedRow,
    SyncRun,
    SyncRunsPage,
    SyncPlan,
    RejectedRowsPage,
)
from clientupdater.entrypoints.http.routes.tracking import admitting
from clientupdater.entrypoints.structuring import Integer, Text

if TYPE_CHECKING:
    from clientupdater.domain.sync.jobs import SyncJob

_READ, _EXECUTE = Permission.SYNC_READ, Permission.SYNC_EXECUTE
_JOBS, _JOB = "/sync/jobs", "/sync/jobs/{sync_job}"


@frozen(kw_only=True)
class StartSyncRequest:
    """What is to be read, and whether it is only to be seen what that would do."""

    source: Source
    company: Annotated[str, Text(longest=50, shortest=1)] | None = None
    mode: Mode = Mode.APPLY
    full: bool = True


@frozen(kw_only=True)
class ApproveSyncRequest:
    """The hash of the plan that was looked at, so that no other one is approved."""

    plan_hash: Annotated[str, Text(longest=64, shortest=64)] | None = None


@frozen(kw_only=True)
class PageQuery:
    """How many at a time."""

    limit: Annotated[int, Integer(1, 200)] = 50
    cursor: Annotated[str, Text(longest=4096)] | None = None


def start_sync(call: Call) -> Answer:
    """Ask for a run."""
    body: StartSyncRequest = call.body
    company = _company(call, body.company) if body.company else None
    asked = SyncRequest(body.source, company, body.mode, body.full)
    return _accepted(call, call.app.sync.ask(call.caller, asked))


def _company(call: Call, code: str) -> CompanyId:
    known = call.app.look_up_names(call.caller).companies
    result = next((each for each, name in known.items() if name == code), None)
    if result is None:
        raise InvalidInput.of("/company", "there is no such company")
    return CompanyId(result)


def list_sync_runs(call: Call) -> SyncRunsPage:
    """List runs."""
    asked: PageQuery = call.query
    before = SyncJobId(UUID(opened_cursor(call, asked.cursor))) if asked.cursor else None
    items = call.app.sync.list(call.caller, before=before, at_most=asked.limit + 1)
    page, has_more = items[: asked.limit], len(items) > asked.limit
    names = call.app.look_up_names(call.caller)
    cursor = sealed_cursor(call, str(page[-1].id)) if has_more else None
    return SyncRunsPage(tuple(SyncRun.of(each, names) for each in page), cursor, has_more)


def get_sync_run(call: Call) -> SyncRun:
    """Show a run."""
    return _shown(call, call.app.sync.show(call.caller, call.path["sync_job"]))


def get_sync_plan(call: Call) -> SyncPlan:
    """Show what a run would do, or did."""
    return SyncPlan.of(call.app.sync.show_plan(call.caller, call.path["sync_job"]))


def approve_sync_plan(call: Call) -> Answer:
    """Approve a plan."""
    body: ApproveSyncRequest = call.body
    job = call.path["sync_job"]
    return _accepted(call, call.app.sync.approve(call.caller, job, seen=body.plan_hash))


def cancel_sync_run(call: Call) -> SyncRun:
    """Call a run off."""
    return _shown(call, call.app.sync.cancel(call.caller, call.path["sync_job"]))


def list_sync_rejects(call: Call) -> RejectedRowsPage:
    """List the rows that could not be taken."""
    asked: PageQuery = call.query
    after = int(opened_cursor(call, asked.cursor)) if asked.cursor else 0
    result = call.app.sync.list_rejects(
        call.caller, call.path["sync_job"], after=after, at_most=asked.limit + 1
    )
    page, has_more = result[: asked.limit], len(result) > asked.limit
    cursor = sealed_cursor(call, page[-1].row) if has_more else None
    return RejectedRowsPage(tuple(map(RejectedRow.of, page)), cursor, has_more)


def replay_sync_rejects(call: Call) -> Answer:
    """Take the rows that could not be taken, now that what was wrong is mended."""
    return _accepted(call, call.app.sync.replay_rejects(call.caller, call.path["sync_job"]))


def refresh_client(call: Call) -> Answer:
    """Take over what NextBank says of a client, and show it."""
    call.app.refresh_client(call.caller, call.path["client"])
    view = call.app.clients.show(call.caller, call.path["client"], _EXECUTE)
    shown = ClientRecord.of(view)
    return Answer(value=shown, version=shown.version)


def _accepted(call: Call, job: SyncJob) -> Answer:
    return Answer(value=_shown(call, job), location=f"{BASE}{_JOBS}/{job.id}")


def _shown(call: Call, job: SyncJob) -> SyncRun:
    return SyncRun.of(job, call.app.look_up_names(call.caller))


ENDPOINTS = (
    Endpoint(
        method="POST",
        path=_JOBS,
        summary="Ask for a run of a source: a worker does it; a preview changes nothing.",
        handle=start_sync,
        status=202,
        body=StartSyncRequest,
        answers=SyncRun,
        permission=_EXECUTE,
        errors=(SyncRunning,),
    ),
    Endpoint(
        method="GET",
        path=_JOBS,
        summary="The runs, the newest first.",
        handle=list_sync_runs,
        query=PageQuery,
        answers=SyncRunsPage,
        permission=_READ,
    ),
    Endpoint(
        method="GET",
        path=_JOB,
        summary="How a run stands, also while it works.",
        handle=get_sync_run,
        answers=SyncRun,
        permission=_READ,
    ),
    Endpoint(
        method="GET",
        path=f"{_JOB}/plan",
        summary="What a run would do, or did: by field, with examples, consequences and reasons.",
        handle=get_sync_plan,
        answers=SyncPlan,
        permission=_READ,
        errors=(NotFound,),
    ),
    Endpoint(
        method="POST",
        path=f"{_JOB}/approve",
        summary="Let a preview or a held plan be applied, while it is still what would be done.",
        handle=approve_sync_plan,
        status=202,
        body=ApproveSyncRequest,
        body_required=False,
        answers=SyncRun,
        permission=_EXECUTE,
        errors=(PlanChanged, SyncOver),
    ),
    Endpoint(
        method="POST",
        path=f"{_JOB}/cancel",
        summary="Call a run off; one that is under way keeps nothing.",
        handle=cancel_sync_run,
        answers=SyncRun,
        permission=_EXECUTE,
        errors=(SyncOver,),
    ),
    Endpoint(
        method="GET",
        path=f"{_JOB}/rejects",
        summary="The rows that could not be taken, each with every reason.",
        handle=list_sync_rejects,
        query=PageQuery,
        answers=RejectedRowsPage,
        permission=_READ,
    ),
    Endpoint(
        method="POST",
        path=f"{_JOB}/rejects/replay",
        summary="Take the rows that could not be taken, now that what was wrong is mended.",
        handle=replay_sync_rejects,
        status=202,
        answers=SyncRun,
        permission=_EXECUTE,
        errors=(SyncRunning, SyncOver, Gone),
    ),
    Endpoint(
        method="POST",
        path="/clients/{client}/refresh",
        summary="Ask NextBank for one client now, and apply what differs.",
        handle=refresh_client,
        answers=ClientRecord,
        permission=_EXECUTE,
        admit=admitting(_EXECUTE),
        in_batches=True,
        errors=(NotFound,),
    ),
)
