"""``clientupdater sync``: sync clients from a source, and decide about runs (Y2-Y9)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from clientupdater.domain.errors import Conflict, InvalidInput, SyncRunning
from clientupdater.domain.ids import CompanyId, SyncJobId
from clientupdater.domain.jobs import JobStatus
from clientupdater.domain.permissions import Permission
from clientupdater.domain.sync.fields import Source
from clientupdater.domain.sync.jobs import Mode, SyncRequest
from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.naming import RunId
from clientupdater.entrypoints.cli.session import (
    Session,
    example,
    json_option,
    note,
    print_json,
)
from clientupdater.entrypoints.cli.sync_summary import print_summary, progress
from clientupdater.entrypoints.cli.tables import print_table
from clientupdater.entrypoints.failures import Exit, failure_of
from clientupdater.entrypoints.http.routes.sync_shapes import (
    RejectedRow,
    SyncPlan,
)
from clientupdater.entrypoints.http.routes.sync_shapes import (
    SyncJob as SyncJobAnswer,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.app import App
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.sync.jobs import SyncJob

_ACTOR = "--as boss@example.com"
_run = click.argument("job", metavar="RUN", type=RunId())
_enqueue = click.option(
    "--enqueue", is_flag=True, help="Queue the run for a worker instead of running it here."
)


@click.group()
def sync() -> None:
    """Sync clients from a source, and approve or cancel runs.

    RUN is an id. Jobs of the queue have numbers instead (see: clientupdater jobs --help).
    """


@sync.command(epilog=example(f"clientupdater sync run snowflake --full --preview {_ACTOR}"))
@click.argument("source")
@click.option(
    "--full/--incremental",
    default=True,
    show_default=True,
    help="Read every record, or only those changed since the last applied run. "
    "Only a full run finds clients that the source no longer has.",
)
@click.option("--preview", is_flag=True, help="Show the plan and change nothing.")
@click.option("--company", help="Only clients of this company.")
@_enqueue
@as_option
@json_option
@click.pass_obj
def run(
    session: Session, /, *, source: str, acts: str, as_json: bool, enqueue: bool, **params: Any
) -> int:
    """Read a source and apply the differences: all of them, or none.

    SOURCE is snowflake, nextbank, csv, or one that add-source added.

    Exit codes: 1 if a preview refuses every row; 5 if the run is held for approval, or if another
    run of the source is under way. With --json, `code` on standard output says which.
    """
    with opened_as(session, acts) as (app, caller), _conflicts(as_json=as_json):
        company = _company(app, caller, params["company"]) if params["company"] else None
        mode = Mode.PREVIEW if params["preview"] else Mode.APPLY
        request = SyncRequest(Source(source), company, mode, params["full"])
        job = app.sync.runs.ask(caller, request, enqueue=enqueue)
        return _done(app, caller, job, enqueue=enqueue, as_json=as_json)


def _company(app: App, caller: Caller, code: str) -> CompanyId:
    known = app.configuration.names(caller).companies
    result = next((each for each, name in known.items() if name == code), None)
    if result is None:
        raise InvalidInput.of("--company", f"there is no company {code}")
    return CompanyId(result)


def _done(app: App, caller: Caller, job: SyncJob, *, enqueue: bool, as_json: bool) -> int:
    """Run it here with a progress line for each step, or leave it to a worker; then print it."""
    if not enqueue:
        job = _done_here(app, caller, job)
    _print(app, caller, job, as_json=as_json)
    return _exit(job)


def _exit(job: SyncJob) -> Exit:
    if job.state is JobStatus.HELD:
        return Exit.CONFLICT
    all_refused = 0 < job.counts.received == job.counts.rejected
    return Exit.NO if all_refused and job.request.mode is Mode.PREVIEW else Exit.DONE


def _done_here(app: App, caller: Caller, job: SyncJob) -> SyncJob:
    """Run it here. Cancel it if it cannot begin or is interrupted: no worker would take it up."""
    try:
        with progress() as watch:
            return app.sync.runs.run(job.id, watch)
    except (SyncRunning, KeyboardInterrupt):
        app.sync.runs.cancel(caller, job.id)
        note(f"run {job.id} was cancelled; nothing was applied")
        raise


def _print(app: App, caller: Caller, job: SyncJob, *, as_json: bool) -> None:
    names = app.configuration.names(caller)
    if as_json:
        from clientupdater.entrypoints.wire import to_plain

        shown = to_plain(SyncJobAnswer.of(job, names))
        print_json({**shown, "code": "held"} if job.state is JobStatus.HELD else shown)
        return
    plan = None
    if job.plan_hash and caller.actor.grants_of(Permission.SYNC_READ):
        plan = SyncPlan.of(app.sync.runs.show_plan(caller, job.id))
    print_summary(SyncJobAnswer.of(job, names), plan)


@contextmanager
def _conflicts(*, as_json: bool) -> Iterator[None]:
    """Print which conflict it was, for scripts: all conflicts have the same exit code."""
    try:
        yield
    except Conflict as error:
        if as_json:
            code = failure_of(error).code
            kind = f"urn:clientupdater:problem:{code}"
            print_json({"type": kind, "code": code, "detail": error.message})
        raise


@sync.command("add-source", epilog=example("clientupdater sync add-source branch_sheets"))
@click.argument("source")
@json_option
@click.pass_obj
def add_source(session: Session, /, *, source: str, as_json: bool) -> None:
    """Let the database store clients of SOURCE, and add a nightly schedule for it.

    SOURCE is a source that an installed package adds, or that a program passes to open_app. To
    repeat the command changes nothing. Connects as the owner: DATABASE_MIGRATION_URL, else
    DATABASE_DIRECT_URL or DATABASE_URL.
    """
    from clientupdater.composition import maintenance_of

    name = Source(source)
    is_new = maintenance_of(session.settings).add_source(name)
    if as_json:
        print_json({"source": name, "added": is_new})
    else:
        click.echo(f"{name} was added" if is_new else f"the database knows {name} already")


@sync.command("list", epilog=example(f"clientupdater sync list {_ACTOR}"))
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
@as_option
@json_option
@click.pass_obj
def list_(session: Session, /, *, limit: int, acts: str, as_json: bool) -> None:
    """List sync runs, newest first."""
    with opened_as(session, acts) as (app, caller):
        names = app.configuration.names(caller)
        items = app.sync.runs.list(caller, at_most=limit)
        shown = [SyncJobAnswer.of(each, names) for each in items]
    if as_json:
        print_json({"items": shown})
        return
    zone = session.settings.business_timezone
    rows = [
        (
            each.id,
            each.source,
            each.company or "all",
            each.mode,
            each.state,
            each.counts.received,
            each.counts.created,
            each.counts.updated,
            each.counts.vanished,
            f"{each.created_at.astimezone(zone):%Y-%m-%d %H:%M}",
        )
        for each in shown
    ]
    head = (
        "run",
        "source",
        "company",
        "mode",
        "state",
        "rows",
        "new",
        "changed",
        "gone",
        "requested",
    )
    print_table(head, rows, spare=("company", "mode", "gone", "new", "changed", "rows"))


@sync.command(epilog=example(f"clientupdater sync show RUN {_ACTOR}"))
@_run
@as_option
@json_option
@click.pass_obj
def show(session: Session, /, *, job: UUID, acts: str, as_json: bool) -> None:
    """Show the effects of a run: counts, fields, examples, consequences, rejects."""
    with opened_as(session, acts) as (app, caller):
        _print(app, caller, app.sync.runs.show(caller, SyncJobId(job)), as_json=as_json)


@sync.command(epilog=example(f"clientupdater sync approve RUN {_ACTOR}"))
@_run
@click.option("--plan-hash", help="The hash of the plan that you saw; any other plan is refused.")
@_enqueue
@as_option
@json_option
@click.pass_obj
def approve(
    session: Session,
    /,
    *,
    job: UUID,
    plan_hash: str | None,
    acts: str,
    as_json: bool,
    enqueue: bool,
) -> int:
    """Apply a preview or a held run, if its plan is still valid."""
    with opened_as(session, acts) as (app, caller), _conflicts(as_json=as_json):
        approved = app.sync.runs.approve(caller, SyncJobId(job), seen=plan_hash, enqueue=enqueue)
        return _done(app, caller, approved, enqueue=enqueue, as_json=as_json)


@sync.command(epilog=example(f"clientupdater sync cancel RUN {_ACTOR}"))
@_run
@as_option
@json_option
@click.pass_obj
def cancel(session: Session, /, *, job: UUID, acts: str, as_json: bool) -> None:
    """Cancel a run; a running one applies nothing."""
    with opened_as(session, acts) as (app, caller), _conflicts(as_json=as_json):
        _print(app, caller, app.sync.runs.cancel(caller, SyncJobId(job)), as_json=as_json)


@sync.command(epilog=example(f"clientupdater sync rejects RUN {_ACTOR}"))
@_run
@click.option("--after", type=click.IntRange(min=0), default=0, help="Continue after this row.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@as_option
@json_option
@click.pass_obj
def rejects(
    session: Session, /, *, job: UUID, after: int, limit: int, acts: str, as_json: bool
) -> None:
    """List the rows that a run rejected, each with its reasons."""
    with opened_as(session, acts) as (app, caller):
        result = app.sync.runs.list_rejects(caller, SyncJobId(job), after=after, at_most=limit)
    shown = [RejectedRow.of(each) for each in result]
    if as_json:
        print_json({"items": shown})
        return
    rows = [
        (
            each.row,
            each.client_code or "no code",
            "; ".join(f"{why.column} {why.message}".strip() for why in each.reasons),
            "replayed" if each.replayed_by else "",
        )
        for each in shown
    ]
    print_table(("row", "client", "why", ""), rows)


@sync.command(epilog=example(f"clientupdater sync replay RUN {_ACTOR}"))
@_run
@_enqueue
@as_option
@json_option
@click.pass_obj
def replay(session: Session, /, *, job: UUID, acts: str, as_json: bool, enqueue: bool) -> int:
    """Replay the rejected rows of a run, once their cause is fixed."""
    with opened_as(session, acts) as (app, caller), _conflicts(as_json=as_json):
        request = app.sync.runs.replay_rejects(caller, SyncJobId(job), enqueue=enqueue)
        return _done(app, caller, request, enqueue=enqueue, as_json=as_json)


@sync.command("replay-snapshot", epilog=example(f"clientupdater sync replay-snapshot RUN {_ACTOR}"))
@_run
@as_option
@json_option
@click.pass_obj
def replay_snapshot(session: Session, /, *, job: UUID, acts: str, as_json: bool) -> int:
    """Preview a past run's input against today's data; nothing is changed."""
    with opened_as(session, acts) as (app, caller), _conflicts(as_json=as_json):
        request = app.sync.runs.explain(caller, SyncJobId(job), enqueue=False)
        return _done(app, caller, request, enqueue=False, as_json=as_json)
