"""``clientupdater jobs``: list background jobs, retry them, cancel them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from clientupdater.domain.ids import JobId
from clientupdater.domain.jobs import JobStatus
from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.naming import JobNumber
from clientupdater.entrypoints.cli.session import (
    Session,
    example,
    json_option,
    print_json,
)
from clientupdater.entrypoints.cli.tables import print_table, share_bar
from clientupdater.ports.queue import JobFilter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from clientupdater.app import App
    from clientupdater.domain.callers import Caller
    from clientupdater.ports.queue import Job

_LIMIT = click.IntRange(1, 1000)
_job = click.argument("job", metavar="JOB", type=JobNumber())


@click.group()
def jobs() -> None:
    """List background jobs, retry them or cancel them.

    JOB is a number. Sync runs have ids instead (see: clientupdater sync --help).
    """


@jobs.command("list", epilog=example("clientupdater jobs list --status dead --as boss@example.com"))
@click.option("--queue", help="Only jobs of this queue.")
@click.option("--status", type=click.Choice([str(each) for each in JobStatus]))
@click.option("--limit", type=_LIMIT, default=50, show_default=True)
@as_option
@json_option
@click.pass_obj
def list_(
    session: Session,
    /,
    *,
    queue: str | None,
    status: str | None,
    limit: int,
    acts: str,
    as_json: bool,
) -> None:
    """List jobs, newest first."""
    job_filter = JobFilter(queue=queue, status=JobStatus(status) if status else None)
    with opened_as(session, acts) as (app, caller):
        items = app.jobs.administration.list(caller, job_filter, at_most=limit)
        names = _names(app, caller, *items)
    if as_json:
        print_json({"items": [_as_json(job, names) for job in items]})
        return
    zone = session.settings.business_timezone
    rows = [
        (
            job.id,
            job.name,
            job.queue,
            job.status,
            f"{job.attempts}/{job.max_attempts}",
            f"{job.scheduled_at.astimezone(zone):%Y-%m-%d %H:%M}",
            _progress(job),
        )
        for job in items
    ]
    print_table(("job", "name", "queue", "status", "attempts", "due", "progress"), rows)


@jobs.command(epilog=example("clientupdater jobs show 17 --as boss@example.com"))
@_job
@as_option
@json_option
@click.pass_obj
def show(session: Session, /, *, job: int, acts: str, as_json: bool) -> None:
    """Show a job: its arguments, progress and error."""
    with opened_as(session, acts) as (app, caller):
        _print(app, caller, app.jobs.administration.show(caller, JobId(job)), as_json=as_json)


@jobs.command(epilog=example("clientupdater jobs retry 17 --as boss@example.com"))
@_job
@as_option
@json_option
@click.pass_obj
def retry(session: Session, /, *, job: int, acts: str, as_json: bool) -> None:
    """Retry a dead job; its attempts are counted from zero."""
    with opened_as(session, acts) as (app, caller):
        _print(app, caller, app.jobs.administration.retry(caller, JobId(job)), as_json=as_json)


@jobs.command(epilog=example("clientupdater jobs cancel 17 --as boss@example.com"))
@_job
@as_option
@json_option
@click.pass_obj
def cancel(session: Session, /, *, job: int, acts: str, as_json: bool) -> None:
    """Cancel a job: a waiting one, a running one or a dead one."""
    with opened_as(session, acts) as (app, caller):
        _print(app, caller, app.jobs.administration.cancel(caller, JobId(job)), as_json=as_json)


@jobs.command(epilog=example("clientupdater jobs purge --days 2 --yes --as boss@example.com"))
@click.option(
    "--days",
    type=click.IntRange(0, 36_500),
    required=True,
    help="Remove jobs that ended more than this many days ago.",
)
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@as_option
@json_option
@click.pass_obj
def purge(session: Session, /, *, days: int, yes: bool, acts: str, as_json: bool) -> None:
    """Remove completed and cancelled jobs; dead ones stay."""
    if not yes:
        click.confirm(f"Remove jobs that ended more than {days} days ago?", abort=True, err=True)
    with opened_as(session, acts) as (app, caller):
        removed = app.jobs.administration.purge(caller, older_than=timedelta(days=days))
    if as_json:
        print_json({"removed": removed})
    else:
        click.echo(f"{removed} jobs removed")


def _print(app: App, caller: Caller, job: Job, *, as_json: bool) -> None:
    fields = _as_json(job, _names(app, caller, job))
    if as_json:
        print_json(fields)
        return
    print_table(("", ""), [(name, value) for name, value in fields.items() if value is not None])


def _names(app: App, caller: Caller, *jobs: Job) -> Mapping[UUID, str]:
    return app.configuration.names(caller, [job.requested_by for job in jobs]).people


def _as_json(job: Job, names: Mapping[UUID, str]) -> dict[str, object]:
    return {
        "id": job.id,
        "name": job.name,
        "queue": job.queue,
        "status": job.status,
        "arguments": job.arguments,
        "key": job.key,
        "priority": job.priority,
        "attempts": job.attempts,
        "max_attempts": job.max_attempts,
        "asked_by": names.get(job.requested_by) if job.requested_by else None,
        "request_id": job.trace.get("request_id"),
        "scheduled_at": job.scheduled_at,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "completed_at": job.completed_at,
        "progress": job.progress,
        "error": job.error,
    }


def _progress(job: Job) -> str:
    if job.error:
        return job.error
    if job.progress is None:
        return ""
    done, total = job.progress.done, job.progress.total
    shown = f"{share_bar(done, total)} of {total}" if total else str(done)
    return f"{job.progress.step} {shown}".strip()
