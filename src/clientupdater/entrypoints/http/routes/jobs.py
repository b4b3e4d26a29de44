"""Jobs in the background (J1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from attrs import frozen

from clientupdater.domain.errors import AlreadyDone, AlreadyExists, NotFound
from clientupdater.domain.jobs import JobStatus
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.contract import Call, Endpoint
from clientupdater.entrypoints.http.cursors import opened_cursor, sealed_cursor
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.routes.fields import PageQuery
from clientupdater.entrypoints.structuring import Text
from clientupdater.ports.lists import StaffMember
from clientupdater.ports.queue import Job as QueuedJob
from clientupdater.ports.queue import JobFilter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.ports.queue import Progress


@frozen(kw_only=True)
class JobsQuery(PageQuery):
    """Which jobs, and which page of them."""

    queue: Annotated[str, Text(longest=50, shortest=1)] | None = None
    status: Annotated[JobStatus | None, About("Only jobs in this state.", "dead")] = None


@frozen
class JobProgress:
    """How far a job is."""

    done: int
    total: int | None
    step: str


@frozen(kw_only=True)
class Job:
    """A job."""

    id: int
    name: Annotated[str, About("The job that runs.", "write-export")]
    queue: str
    status: Annotated[JobStatus, About("The state of the job.", "completed")]
    arguments: dict[str, Any]
    key: str | None
    priority: int
    attempts: int
    max_attempts: int
    company: str | None
    asked_by: StaffMember | None
    request_id: str | None
    scheduled_at: datetime
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    progress: JobProgress | None
    error: str | None


@frozen
class JobsPage:
    """A page of jobs, the newest first."""

    items: tuple[Job, ...]
    next_cursor: str | None
    has_more: bool


def list_jobs(call: Call) -> JobsPage:
    """List the jobs of the workers, the newest first."""
    query: JobsQuery = call.query
    before = opened_cursor(call, query.cursor) if query.cursor else None
    result = call.app.jobs.administration.list(
        call.caller,
        JobFilter(queue=query.queue, status=query.status),
        before=before,
        at_most=query.limit + 1,
    )
    page, has_more = result[: query.limit], len(result) > query.limit
    cursor = sealed_cursor(call, page[-1].id) if has_more else None
    return JobsPage(jobs_shown(call, page), cursor, has_more)


def get_job(call: Call) -> Job:
    """Show a job and how far it is."""
    return _shown(call, call.app.jobs.administration.show(call.caller, call.path["job"]))


def retry_job(call: Call) -> Job:
    """Run a dead job again. Its attempts count from 0."""
    return _shown(call, call.app.jobs.administration.retry(call.caller, call.path["job"]))


def cancel_job(call: Call) -> Job:
    """Cancel a job that waits, runs or is dead. A running job is taken from its worker."""
    return _shown(call, call.app.jobs.administration.cancel(call.caller, call.path["job"]))


def _shown(call: Call, job: QueuedJob) -> Job:
    return jobs_shown(call, [job])[0]


def jobs_shown(call: Call, jobs: Sequence[QueuedJob]) -> tuple[Job, ...]:
    """Show jobs, with the names of who asked for them."""
    names = call.app.configuration.names(call.caller, [job.requested_by for job in jobs])
    return tuple(_of(job, names.companies, names.people) for job in jobs)


def _of(job: QueuedJob, companies: Mapping[UUID, str], people: Mapping[UUID, str]) -> Job:
    return Job(
        id=job.id,
        name=job.name,
        queue=job.queue,
        status=job.status,
        arguments=dict(job.arguments),
        key=job.key,
        priority=job.priority,
        attempts=job.attempts,
        max_attempts=job.max_attempts,
        company=companies.get(job.company) if job.company else None,
        asked_by=StaffMember(job.requested_by, people[job.requested_by])
        if job.requested_by
        else None,
        request_id=job.trace.get("request_id"),
        scheduled_at=job.scheduled_at,
        created_at=job.created_at,
        started_at=job.started_at,
        completed_at=job.completed_at,
        progress=_progress(job.progress),
        error=job.error,
    )


def _progress(result: Progress | None) -> JobProgress | None:
    return JobProgress(result.done, result.total, result.step) if result else None


_JOB, _MANAGE = "/jobs/{job}", Permission.JOBS_MANAGE

ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/jobs",
        summary="List jobs",
        handle=list_jobs,
        query=JobsQuery,
        answers=JobsPage,
        permission=_MANAGE,
    ),
    Endpoint(
        method="GET",
        path=_JOB,
        summary="Get a job",
        handle=get_job,
        answers=Job,
        permission=_MANAGE,
        errors=(NotFound,),
    ),
    Endpoint(
        method="POST",
        path=f"{_JOB}/retry",
        summary="Retry a job",
        handle=retry_job,
        answers=Job,
        permission=_MANAGE,
        errors=(NotFound, AlreadyDone, AlreadyExists),
    ),
    Endpoint(
        method="POST",
        path=f"{_JOB}/cancel",
        summary="Cancel a job",
        handle=cancel_job,
        answers=Job,
        permission=_MANAGE,
        errors=(NotFound, AlreadyDone),
    ),
)
