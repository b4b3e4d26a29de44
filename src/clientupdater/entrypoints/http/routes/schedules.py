"""Schedules of regular jobs (J3)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from attrs import frozen

from clientupdater.domain.errors import AlreadyExists, NotFound, VersionConflict
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.contract import Call, Endpoint, Result
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.routes.fields import Version
from clientupdater.entrypoints.structuring import Text
from clientupdater.usecases.jobs.schedules import ScheduleChanges

if TYPE_CHECKING:
    from clientupdater.ports.schedules import ScheduledJob


@frozen(kw_only=True)
class Schedule:
    """A schedule."""

    name: Annotated[str, About("The schedule's name.", "open-periods")]
    cron_expression: str
    time_zone: str | None
    job: Annotated[str, About("The job that it starts.", "open-periods")]
    arguments: dict[str, Any]
    is_active: bool
    last_run_at: datetime | None
    next_run_at: datetime | None
    version: int


@frozen
class ScheduleList:
    """The schedules, by name."""

    items: tuple[Schedule, ...]


@frozen(kw_only=True)
class ChangeScheduleRequest:
    """What to change. An empty `time_zone` means the time zone of the business."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "cron_expression": "0 5 * * *",
        "is_active": True,
        "version": 3,
    }

    cron_expression: Annotated[str, Text(longest=50, shortest=9)] | None = None
    time_zone: Annotated[str, Text(longest=100)] | None = None
    is_active: bool | None = None
    version: Version | None = None


@frozen
class StartedJob:
    """The job that was queued."""

    job: Annotated[int, About("The number of the job.", 4711)]


def list_schedules(call: Call) -> ScheduleList:
    """List what runs regularly, when it last ran and when it runs next."""
    return ScheduleList(tuple(map(shown, call.app.jobs.schedules.list(call.caller))))


def change_schedule(call: Call) -> Result:
    """Change when something runs, or switch it on or off."""
    body: ChangeScheduleRequest = call.body
    changes = ScheduleChanges(
        cron=body.cron_expression, time_zone=body.time_zone, is_active=body.is_active
    )
    try:
        changed = call.app.jobs.schedules.change(
            call.caller, call.path["schedule"], changes, call.version
        )
    except VersionConflict as error:
        error.snapshot = shown(error.snapshot)
        raise
    return Result(value=shown(changed), version=changed.version)


def run_schedule(call: Call) -> StartedJob:
    """Queue a schedule's job now, whether the schedule is on or off; its times stay."""
    return StartedJob(job=call.app.jobs.schedules.run(call.caller, call.path["schedule"]))


def shown(schedule: ScheduledJob | Any) -> Schedule:
    """Show a schedule."""
    return Schedule(
        name=schedule.name,
        cron_expression=schedule.cron,
        time_zone=schedule.time_zone,
        job=schedule.function,
        arguments=dict(schedule.arguments),
        is_active=schedule.is_active,
        last_run_at=schedule.times.last_run_at,
        next_run_at=schedule.times.next_run_at,
        version=schedule.version,
    )


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/schedules",
        summary="List schedules",
        handle=list_schedules,
        answers=ScheduleList,
        permission=Permission.JOBS_MANAGE,
    ),
    Endpoint(
        method="PATCH",
        path="/schedules/{schedule}",
        summary="Change a schedule",
        handle=change_schedule,
        body=ChangeScheduleRequest,
        answers=Schedule,
        permission=Permission.JOBS_MANAGE,
        versioned=True,
        errors=(NotFound, VersionConflict),
    ),
    Endpoint(
        method="POST",
        path="/schedules/{schedule}/run",
        summary="Run a schedule's job now",
        handle=run_schedule,
        status=202,
        answers=StartedJob,
        permission=Permission.JOBS_MANAGE,
        errors=(NotFound, AlreadyExists),
    ),
)
