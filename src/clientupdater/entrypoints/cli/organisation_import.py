"""``clientupdater branches import`` and ``users import``: a CSV file, all of its lines or none."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from clientupdater.domain.errors import BulkRejected
from clientupdater.domain.imports import Verdict
from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.session import (
    Session,
    example,
    json_option,
    note,
    print_json,
)
from clientupdater.entrypoints.cli.tables import print_table
from clientupdater.entrypoints.csv_lines import (
    BRANCH_COLUMNS,
    STAFF_COLUMNS,
    csv_text,
    sheet_lines,
)
from clientupdater.entrypoints.failures import Exit
from clientupdater.entrypoints.http.routes.organisation_shapes import ImportLine
from clientupdater.runtime.private_files import write_private

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from clientupdater.domain.imports import SheetLine
    from clientupdater.usecases.people.users import CreatedUser

_Command = TypeVar("_Command", bound="Callable[..., Any]")
_ACTOR = "--as boss@example.com"


def _file_options(command: _Command) -> _Command:
    file_type = click.Path(exists=True, dir_okay=False, path_type=Path)
    command = click.option("--apply", is_flag=True, help="Take the file.  [default: a preview]")(
        command
    )
    return click.argument("file", type=file_type)(command)


@click.command("import", epilog=example(f"clientupdater branches import b.csv --apply {_ACTOR}"))
@_file_options
@as_option
@json_option
@click.pass_obj
def import_branches(
    session: Session, /, *, file: Path, apply: bool, acts: str, as_json: bool
) -> int:
    """Add and change branches by a CSV file, with a verdict on each line.

    Columns: code, name, location, category, areas (separated by ;), primary_area, phone and
    email. Only code is required. An empty cell leaves a value as it is, and nothing is taken away;
    the same file, taken again, changes nothing. Ends with 1 if a previewed line is refused, and
    with 5 if nothing was taken for that.
    """
    lines = _lines(file, BRANCH_COLUMNS)
    with opened_as(session, acts) as (app, caller):
        act = (
            app.organisation.branch_import.apply
            if apply
            else app.organisation.branch_import.preview
        )
        try:
            verdicts: Sequence[Any] = act(caller, lines)
        except BulkRejected as rejected:
            verdicts = rejected.outcomes
    return _report(verdicts, applied=apply, as_json=as_json)


@click.command("import", epilog=example(f"clientupdater users import staff.csv {_ACTOR}"))
@_file_options
@click.option(
    "--passwords",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the initial passwords to this new file, which only you can read.",
)
@as_option
@json_option
@click.pass_obj
def import_users(
    session: Session,
    /,
    *,
    file: Path,
    apply: bool,
    passwords: Path | None,
    acts: str,
    as_json: bool,
) -> int:
    """Add and change users by a CSV file, with a verdict on each line.

    Columns: email, first_name, last_name, branches, areas and roles (separated by ;), and company,
    over which the line's roles count; without it, over every company. Only email is required. An
    empty cell leaves a value as it is, and nothing is taken away. --apply needs
    --passwords: each new user's initial password works once and is written only there. Ends with 1
    if a previewed line is refused, and with 5 if nothing was taken for that.
    """
    lines = _lines(file, STAFF_COLUMNS)
    if apply:
        _require_new_file(passwords)
    created: Sequence[CreatedUser] = ()
    with opened_as(session, acts) as (app, caller):
        act = app.people.staff_import.apply if apply else app.people.staff_import.preview
        try:
            result = act(caller, lines)
            verdicts, created = result.verdicts, result.created
        except BulkRejected as rejected:
            verdicts = rejected.outcomes  # type: ignore[assignment]
        if created and passwords:
            _write_passwords(passwords, created)
    return _report(verdicts, applied=apply, as_json=as_json)


def _lines(file: Path, columns: Sequence[str]) -> tuple[SheetLine, ...]:
    return sheet_lines(csv_text(file.read_bytes()), columns)


def _require_new_file(passwords: Path | None) -> None:
    """Require that the passwords can be written, before any of them is made."""
    if passwords is None:
        raise click.UsageError("--apply needs --passwords FILE, for the initial passwords")
    if passwords.exists():
        raise click.UsageError(f"{passwords} exists already; name a new file")
    if not os.access(passwords.absolute().parent, os.W_OK):
        raise click.UsageError(f"{passwords} cannot be written; name another file")


def _write_passwords(path: Path, created: Iterable[CreatedUser]) -> None:
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(("email", "initial_password", "expires_at"))
    for each in created:
        writer.writerow((each.person.email, each.initial_password, each.expires_at.isoformat()))
    write_private(path, sheet.getvalue())
    note(f"the initial passwords are in {path}; they work once")


def _report(verdicts: Iterable[Any], *, applied: bool, as_json: bool) -> int:
    lines = [ImportLine.of(each) for each in verdicts]
    counts = Counter(each.verdict for each in lines)
    refused = counts[Verdict.REFUSED]
    wanted, applied = applied, applied and not refused
    if as_json:
        totals = {str(verdict): counts[verdict] for verdict in Verdict}
        print_json({"applied": applied, "results": lines, "counts": totals})
    else:
        rows = [(each.line, each.name or "", each.verdict, _why(each)) for each in lines]
        print_table(("line", "what", "verdict", "why"), rows)
        words = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict)
        note(f"{words}; {'taken' if applied else 'nothing was changed'}")
    if refused:
        return Exit.CONFLICT if wanted else Exit.NO
    return Exit.DONE


def _why(line: ImportLine) -> str:
    if line.faults:
        faults = (
            f"{each.column}: {each.message}" if each.column else each.message
            for each in line.faults
        )
        return "; ".join(faults)
    return ", ".join(line.changes)
