"""``clientupdater exports``: write clients, statuses and reports to files."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click

from clientupdater.domain.exports import ExportFormat, ExportType, chosen_columns
from clientupdater.domain.jobs import JobStatus
from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.session import (
    Session,
    example,
    json_option,
    note,
    print_json,
)
from clientupdater.entrypoints.cli.tables import print_table
from clientupdater.entrypoints.failures import Exit
from clientupdater.ports.exports import ExportRequest, ReportName
from clientupdater.ports.lists import MOST

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from clientupdater.app import App
    from clientupdater.domain.callers import Caller
    from clientupdater.ports.exports import Export

_ACTOR = "--as ana@example.com"
_LOOK_EVERY_S = 0.2
_OVER = frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED})


@click.group()
def exports() -> None:
    """Write clients, statuses and reports to files.

    A worker writes the files. You see only your own exports.
    """


@exports.command(
    epilog=example(
        f"clientupdater exports create clients --filter branch=B1 --out clients.csv {_ACTOR}"
    )
)
@click.argument("kind", metavar="TYPE", type=click.Choice([str(each) for each in ExportType]))
@click.option(
    "--format",
    "form",
    type=click.Choice([str(each) for each in ExportFormat]),
    default="csv",
    show_default=True,
)
@click.option(
    "--filter",
    "filters",
    multiple=True,
    metavar="NAME=VALUE",
    help="A filter of GET /clients, such as branch=B1.",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="NAME",
    help="A column to include.  [default: all]",
)
@click.option(
    "--report",
    type=click.Choice([str(each) for each in ReportName]),
    help="Of the type report: which one.  [default: counts of each branch]",
)
@click.option(
    "--param",
    "params",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter of that report, such as period=2026-11.",
)
@click.option("--wait", is_flag=True, help="Wait until a worker has written the file.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Wait, and fetch the file to this path.",
)
@click.option("--force", "--yes", "force", is_flag=True, help="Overwrite the file of --out.")
@as_option
@json_option
@click.pass_obj
def create(  # noqa: PLR0913 — the options of a command
    session: Session,
    /,
    *,
    kind: str,
    form: str,
    filters: Sequence[str],
    columns: Sequence[str],
    report: str | None,
    params: Sequence[str],
    wait: bool,
    out: Path | None,
    force: bool,
    acts: str,
    as_json: bool,
) -> int:
    """Request an export of clients, status or report."""
    from clientupdater.entrypoints.http.routes.clients import ClientFilters, filter_of
    from clientupdater.entrypoints.http.routes.report_choice import ReportChoice, report_request
    from clientupdater.entrypoints.structuring import structured_words

    if out:
        _refuse_unwritable(out, force=force)
    result = structured_words(dict(_pairs(filters)), ClientFilters)
    choice = ReportChoice(name=ReportName(report), params=dict(_pairs(params))) if report else None
    with opened_as(session, acts) as (app, caller):
        request = ExportRequest(
            type=ExportType(kind),
            format=ExportFormat(form),
            filter=filter_of(caller, result),
            columns=chosen_columns(ExportType(kind), columns),
            report=report_request(caller, choice) if choice else None,
        )
        export = app.exports.create(caller, request)
        if wait or out:
            export = _waited(app, caller, export)
        if out and export.status is JobStatus.COMPLETED:
            _fetched(app, caller, export.id, out, force=force)
        _print([export], app, as_json=as_json, one=True)
    return _exit(export)


@exports.command("list", epilog=example(f"clientupdater exports list {_ACTOR}"))
@click.option("--limit", type=click.IntRange(1, MOST), default=50, show_default=True)
@as_option
@json_option
@click.pass_obj
def list_(session: Session, /, *, limit: int, acts: str, as_json: bool) -> None:
    """List your own exports, newest first."""
    with opened_as(session, acts) as (app, caller):
        page = app.exports.list(caller, limit=limit)
        _print(page.items, app, as_json=as_json)
    if page.has_more:
        note("there are more; raise --limit")


@exports.command(epilog=example(f"clientupdater exports fetch EXPORT clients.csv {_ACTOR}"))
@click.argument("export", type=click.UUID)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--wait", is_flag=True, help="Wait until a worker has written the file.")
@as_option
@click.pass_obj
def fetch(session: Session, /, *, export: UUID, file: Path, wait: bool, acts: str) -> int:
    """Fetch an export's file to FILE, which must not exist yet."""
    with opened_as(session, acts) as (app, caller):
        if wait:
            result = _waited(app, caller, app.exports.show(caller, export))
            if result.status is not JobStatus.COMPLETED:
                return _exit(result)
        _fetched(app, caller, export, file)
    return Exit.DONE


def _pairs(filters: Iterable[str]) -> Iterable[tuple[str, str]]:
    for each in filters:
        name, is_one, value = each.partition("=")
        if not is_one:
            raise click.BadParameter(f"{each!r}: expected NAME=VALUE", param_hint="--filter")
        yield name, value


def _waited(app: App, caller: Caller, export: Export) -> Export:
    """Wait until it ends; the worker goes on if the command is interrupted."""
    note("waiting for a worker to write it …")
    with click.progressbar(
        length=1, label="rows", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        while export.status not in _OVER:
            time.sleep(_LOOK_EVERY_S)
            export = app.exports.show(caller, export.id)
            if export.progress and export.progress.total:
                bar.length = export.progress.total
                bar.update(export.progress.done - bar.pos)
    return export


def _refuse_unwritable(path: Path, *, force: bool) -> None:
    """Refuse a path that cannot be written before a worker writes the export."""
    if path.exists() and not (force and path.is_file()):
        raise _unwritable(path, "File exists; overwrite it with --force")
    if not path.absolute().parent.is_dir():
        raise _unwritable(path, "No such directory")


def _unwritable(path: Path, why: str) -> click.BadParameter:
    return click.BadParameter(f"{path}: {why}", param_hint="FILE")


def _fetched(app: App, caller: Caller, export: UUID, path: Path, *, force: bool = False) -> None:
    """Write beside the path and rename once the file is complete."""
    _refuse_unwritable(path, force=force)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        written = part.open("xb")
    except OSError as error:
        raise _unwritable(path, str(error.strerror)) from None
    try:
        with written:
            _, file = app.exports.fetch(caller, export)
            written.writelines(file.chunks)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    note(f"{file.size} bytes in {path}")


def _print(items: Sequence[Export], app: App, *, as_json: bool, one: bool = False) -> None:
    from clientupdater.entrypoints.http.routes.exports import Export as ExportAnswer

    shown = [ExportAnswer.of(each, app.exports.clock.now()) for each in items]
    if as_json:
        print_json(shown[0] if one else {"items": shown})
        return
    rows = [
        (each.id, each.type, each.format, each.status, _or_dash(each.row_count), each.error or "")
        for each in shown
    ]
    print_table(("export", "type", "format", "status", "rows", "why"), rows)


def _or_dash(count: int | None) -> str:
    return "-" if count is None else str(count)


def _exit(export: Export) -> int:
    if export.status in {JobStatus.FAILED, JobStatus.CANCELLED}:
        note(export.error or "the export was cancelled")
        return Exit.NO
    return Exit.DONE
