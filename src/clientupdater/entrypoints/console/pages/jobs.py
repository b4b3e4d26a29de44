"""Jobs of the workers: what runs, what failed and why; and what runs by a schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
from attrs import field, frozen

from clientupdater.domain.jobs import JobStatus, can_be_cancelled, can_be_retried
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.console.notices import Notice, Sealed, noticed
from clientupdater.entrypoints.console.page import Page
from clientupdater.entrypoints.console.parts import part
from clientupdater.entrypoints.console.rendering import address
from clientupdater.entrypoints.console.texts import text
from clientupdater.entrypoints.console.views import CONSOLE, Entered, Redirect, View
from clientupdater.entrypoints.http.routes.fields import Cursor, Version
from clientupdater.entrypoints.http.routes.jobs import JobsQuery, list_jobs
from clientupdater.entrypoints.http.routes.schedules import (
    ChangeScheduleRequest,
    change_schedule,
    list_schedules,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientupdater.entrypoints.http.contract import Call

PATH = f"{CONSOLE}/jobs"
_JOBS = 20
_OFFERED = (
    JobStatus.PENDING,
    JobStatus.PROCESSING,
    JobStatus.DEAD,
    JobStatus.COMPLETED,
    JobStatus.CANCELLED,
)


@frozen(kw_only=True)
class JobsPageQuery:
    """Which jobs, and which page of them."""

    status: JobStatus | None = None
    cursor: Cursor | None = None
    notice: Sealed | None = field(default=None, repr=False)


@frozen(kw_only=True)
class SwitchForm:
    """Whether the schedule is to be on."""

    is_active: bool
    version: Version


def show_jobs(call: Call) -> View:
    return _view(call, Entered())


def _view(call: Call, entered: Entered) -> View:
    status = call.query.status
    query = JobsQuery(status=status, limit=_JOBS, cursor=call.query.cursor)
    page = list_jobs(attrs.evolve(call, route=f"GET {PATH}", path={}, query=query))
    following = address(PATH, status=status, cursor=page.next_cursor)
    return View(
        template="jobs.html",
        call=call,
        values={
            "jobs": page.items,
            "status": status,
            "next_page": following if page.next_cursor else None,
            "chips": [
                (
                    text(f"state.{each}"),
                    address(PATH, status=None if each is status else each),
                    each is status,
                )
                for each in _OFFERED
            ],
            "schedules": part(lambda: list_schedules(call).items),
            "can_be_retried": can_be_retried,
            "can_be_cancelled": can_be_cancelled,
            "moves": any(each.status is JobStatus.PROCESSING for each in page.items),
            "entered": entered,
        },
    )


def retry(call: Call) -> Redirect:
    """Run a dead job again."""
    job = call.app.jobs.administration.retry(call.caller, call.path["job"])
    return _back(call, Notice("jobs.retried", {"name": job.name}))


def cancel(call: Call) -> Redirect:
    job = call.app.jobs.administration.cancel(call.caller, call.path["job"])
    return _back(call, Notice("jobs.cancelled", {"name": job.name}))


def run_now(call: Call) -> Redirect:
    """Start a schedule's job now; the schedule stays."""
    name = call.path["schedule"]
    call.app.jobs.schedules.run(call.caller, name)
    return _back(call, Notice("jobs.started", {"name": name}))


def switch(call: Call) -> Redirect:
    """Switch a schedule on or off; times that pass while it is off are not made up for."""
    form: SwitchForm = call.body
    changed = change_schedule(
        attrs.evolve(call, body=ChangeScheduleRequest(is_active=form.is_active))
    ).value
    name = "jobs.switched_on" if changed.is_active else "jobs.switched_off"
    return _back(call, Notice(name, {"name": changed.name}))


def _back(call: Call, notice: Notice) -> Redirect:
    return Redirect(to=noticed(call, address(PATH, status=call.query.status), notice))


def _form(path: str, summary: str, handle: Callable[[Call], Any], **others: Any) -> Page:
    return Page(
        method="POST",
        path=path,
        summary=summary,
        handle=handle,
        show_again=_view,
        query=JobsPageQuery,
        permission=Permission.JOBS_MANAGE,
        **others,
    )


PAGES = (
    Page(
        method="GET",
        path="/jobs",
        summary="Jobs",
        handle=show_jobs,
        query=JobsPageQuery,
        permission=Permission.JOBS_MANAGE,
    ),
    _form("/jobs/{job}/retry", "Retry a job", retry),
    _form("/jobs/{job}/cancel", "Cancel a job", cancel),
    _form("/schedules/{schedule}/run", "Run a schedule's job now", run_now),
    _form(
        "/schedules/{schedule}/switch",
        "Switch a schedule on or off",
        switch,
        body=SwitchForm,
        versioned=True,
    ),
)
