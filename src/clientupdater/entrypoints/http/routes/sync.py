"""Sync jobs: start, watch, approve, cancel, replay (Y2-Y9)."""

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
from clientupdater.entrypoints.http.contract import BASE, Call, Endpoint, Result
from clientupdater.entrypoints.http.cursors import opened_cursor, sealed_cursor
from clientupdater.entrypoints.http.routes.fields import PageQuery
from clientupdater.entrypoints.http.routes.rights import admitting
from clientupdater.entrypoints.http.routes.sync_shapes import (
    RejectedRow,
    RejectedRowsPage,
    SyncJob,
    SyncJobsPage,
    SyncPlan,
)
from clientupdater.entrypoints.structuring import Text
from clientupdater.ports.lists import ClientRecord

if TYPE_CHECKING:
    from clientupdater.domain.sync.jobs import SyncJob as SourceSyncJob

_READ, _EXECUTE = Permission.SYNC_READ, Permission.SYNC_EXECUTE
_JOBS, _JOB = "/sync/jobs", "/sync/jobs/{sync_job}"


@frozen(kw_only=True)
class StartSyncRequest:
    """Which source to read, and how."""

    source: Source
    company: Annotated[str, Text(longest=50, shortest=1)] | None = None
    mode: Mode = Mode.APPLY
    full: bool = True


@frozen(kw_only=True)
class ApproveSyncRequest:
    """The plan to approve."""

    plan_hash: Annotated[str, Text(longest=64, shortest=64)] | None = None


def start_sync(call: Call) -> Result:
    """Start to read a source. A worker does it; a `preview` plans and changes nothing."""
    body: StartSyncRequest = call.body
    company = _company(call, body.company) if body.company else None
    request = SyncRequest(body.source, company, body.mode, body.full)
    return _accepted(call, call.app.sync.runs.ask(call.caller, request))


def _company(call: Call, code: str) -> CompanyId:
    known = call.app.configuration.names(call.caller).companies
    result = next((each for each, name in known.items() if name == code), None)
    if result is None:
        raise InvalidInput.of("/company", "there is no such company")
    return CompanyId(result)


def list_sync_jobs(call: Call) -> SyncJobsPage:
    """List the sync jobs, the newest first."""
    query: PageQuery = call.query
    before = SyncJobId(UUID(opened_cursor(call, query.cursor))) if query.cursor else None
    items = call.app.sync.runs.list(call.caller, before=before, at_most=query.limit + 1)
    page, has_more = items[: query.limit], len(items) > query.limit
    names = call.app.configuration.names(call.caller)
    cursor = sealed_cursor(call, str(page[-1].id)) if has_more else None
    return SyncJobsPage(tuple(SyncJob.of(each, names) for each in page), cursor, has_more)


def get_sync_job(call: Call) -> SyncJob:
    """Show a sync job and how far it is."""
    return _shown(call, call.app.sync.runs.show(call.caller, call.path["sync_job"]))


def get_sync_plan(call: Call) -> SyncPlan:
    """Show what a sync job would do, or did: changes by field, examples, consequences, and the
    reasons of rejected rows.
    """
    return SyncPlan.of(call.app.sync.runs.show_plan(call.caller, call.path["sync_job"]))


def approve_sync_plan(call: Call) -> Result:
    """Apply a previewed or held plan, if it would still do the same."""
    body: ApproveSyncRequest = call.body
    job = call.path["sync_job"]
    return _accepted(call, call.app.sync.runs.approve(call.caller, job, seen=body.plan_hash))


def cancel_sync_job(call: Call) -> SyncJob:
    """Cancel a sync job. A job that is running leaves nothing behind."""
    return _shown(call, call.app.sync.runs.cancel(call.caller, call.path["sync_job"]))


def list_sync_rejects(call: Call) -> RejectedRowsPage:
    """List the rows that could not be read, each with every reason."""
    query: PageQuery = call.query
    after = int(opened_cursor(call, query.cursor)) if query.cursor else 0
    result = call.app.sync.runs.list_rejects(
        call.caller, call.path["sync_job"], after=after, at_most=query.limit + 1
    )
    page, has_more = result[: query.limit], len(result) > query.limit
    cursor = sealed_cursor(call, page[-1].row) if has_more else None
    return RejectedRowsPage(tuple(map(RejectedRow.of, page)), cursor, has_more)


def replay_sync_rejects(call: Call) -> Result:
    """Start a sync job that reads the rejected rows again, after their cause was mended."""
    return _accepted(call, call.app.sync.runs.replay_rejects(call.caller, call.path["sync_job"]))


def refresh_client(call: Call) -> Result:
    """Read one client from NextBank now, and apply what differs."""
    call.app.sync.runs.refresh_client(call.caller, call.path["client"])
    view = call.app.clients.directory.show(call.caller, call.path["client"], _EXECUTE)
    shown = view
    return Result(value=shown, version=shown.version)


def _accepted(call: Call, job: SourceSyncJob) -> Result:
    return Result(value=_shown(call, job), location=f"{BASE}{_JOBS}/{job.id}")


def _shown(call: Call, job: SourceSyncJob) -> SyncJob:
    return SyncJob.of(job, call.app.configuration.names(call.caller))


ENDPOINTS = (
    Endpoint(
        method="POST",
        path=_JOBS,
        summary="Start a sync job",
        handle=start_sync,
        status=202,
        has_location=True,
        body=StartSyncRequest,
        answers=SyncJob,
        permission=_EXECUTE,
        errors=(SyncRunning,),
    ),
    Endpoint(
        method="GET",
        path=_JOBS,
        summary="List sync jobs",
        handle=list_sync_jobs,
        query=PageQuery,
        answers=SyncJobsPage,
        permission=_READ,
    ),
    Endpoint(
        method="GET",
        path=_JOB,
        summary="Get a sync job",
        handle=get_sync_job,
        answers=SyncJob,
        permission=_READ,
    ),
    Endpoint(
        method="GET",
        path=f"{_JOB}/plan",
        summary="Get a sync plan",
        handle=get_sync_plan,
        answers=SyncPlan,
        permission=_READ,
        errors=(NotFound,),
    ),
    Endpoint(
        method="POST",
        path=f"{_JOB}/approve",
        summary="Approve a sync plan",
        handle=approve_sync_plan,
        status=202,
        has_location=True,
        body=ApproveSyncRequest,
        body_required=False,
        answers=SyncJob,
        permission=_EXECUTE,
        errors=(PlanChanged, SyncOver),
    ),
    Endpoint(
        method="POST",
        path=f"{_JOB}/cancel",
        summary="Cancel a sync job",
        handle=cancel_sync_job,
        answers=SyncJob,
        permission=_EXECUTE,
        errors=(SyncOver,),
    ),
    Endpoint(
        method="GET",
        path=f"{_JOB}/rejects",
        summary="List rejected rows",
        handle=list_sync_rejects,
        query=PageQuery,
        answers=RejectedRowsPage,
        permission=_READ,
    ),
    Endpoint(
        method="POST",
        path=f"{_JOB}/rejects/replay",
        summary="Replay rejected rows",
        handle=replay_sync_rejects,
        status=202,
        has_location=True,
        answers=SyncJob,
        permission=_EXECUTE,
        errors=(SyncRunning, SyncOver, Gone),
    ),
    Endpoint(
        method="POST",
        path="/clients/{client}/refresh",
        summary="Refresh a client",
        handle=refresh_client,
        answers=ClientRecord,
        permission=_EXECUTE,
        admit=admitting(_EXECUTE),
        in_batches=True,
        errors=(NotFound,),
    ),
)
