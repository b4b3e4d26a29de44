"""``clientupdater status import``: record a CSV file, all of its lines or none."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import evolve, frozen

from clientupdater.domain.errors import BulkRejected
from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.field_file import read_field_file
from clientupdater.entrypoints.cli.naming import client_ref
from clientupdater.entrypoints.cli.session import (
    Session,
    example,
    json_option,
    note,
    print_json,
)
from clientupdater.entrypoints.cli.tables import print_table
from clientupdater.entrypoints.failures import Exit, failure_of
from clientupdater.usecases.tracking.bulk import BulkItem
from clientupdater.usecases.tracking.judging import PlannedUpdate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.app import App
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.errors import Error
    from clientupdater.domain.periods import Period
    from clientupdater.entrypoints.cli.field_file import FieldLine
    from clientupdater.usecases.tracking.judging import Judgement


class Verdict(StrEnum):
    """The outcome of a line."""

    TO_RECORD = "to_record"
    RECORDED = "recorded"
    ALREADY = "already_recorded"
    REFUSED = "refused"
    NOT_RECORDED = "not_recorded"
    """Valid, but another line was refused."""


@frozen(kw_only=True)
class LineReport:
    """The report of one line."""

    line: int
    client_code: str
    period: Period | None
    verdict: Verdict
    sequence: int | None = None
    code: str | None = None
    message: str | None = None


@click.command("import", epilog=example("clientupdater status import field.csv --preview"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--preview", is_flag=True, help="Report the outcome of each line; write nothing.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@as_option
@json_option
@click.pass_obj
def import_(
    session: Session, /, *, file: Path, preview: bool, yes: bool, acts: str, as_json: bool
) -> int:
    """Record the status updates of a CSV file: all of its lines, or none.

    Columns: client_code, status, reason, remarks, has_payment, occurred_at, next_follow_up_on,
    channel, and optionally period and version. Importing a file again records nothing twice: a
    line is recognised by its status, reason, remarks and occurred_at.

    Exit codes: 1 if a preview refuses a line, 2 if the file cannot be read, 5 if a line was refused
    and nothing was recorded.
    """
    lines = read_field_file(file.read_bytes(), session.settings.business_timezone)
    with opened_as(session, acts) as (app, caller):
        judged = _judged(app, caller, lines)
        reports = [_report(*each) for each in zip(lines, judged, strict=True)]
        if not preview:
            if _all_sound(reports) and not yes:
                _ask(reports)
            reports = _recorded(app, caller, lines, judged, reports)
    _print(reports, as_json=as_json)
    if any(each.verdict is Verdict.REFUSED for each in reports):
        return Exit.NO if preview else Exit.CONFLICT
    return Exit.DONE


def _judged(app: App, caller: Caller, lines: Sequence[FieldLine]) -> tuple[Judgement, ...]:
    judge = app.tracking.judge
    updates = [
        PlannedUpdate(
            client=client_ref(each.client_code),
            update=each.update,
            period=each.period,
            version=each.version,
        )
        for each in lines
    ]
    return judge(caller, updates)


def _report(line: FieldLine, judged: Judgement) -> LineReport:
    report = LineReport(
        line=line.line,
        client_code=line.client_code,
        period=judged.period,
        verdict=Verdict.TO_RECORD,
    )
    if judged.error:
        return _refused(report, judged.error)
    if judged.recorded_as is not None:
        return evolve(report, verdict=Verdict.ALREADY, sequence=judged.recorded_as)
    return report


def _refused(report: LineReport, error: Error) -> LineReport:
    code = failure_of(error).code
    return evolve(report, verdict=Verdict.REFUSED, code=code, message=error.message)


def _all_sound(reports: Sequence[LineReport]) -> bool:
    verdicts = {each.verdict for each in reports}
    return Verdict.TO_RECORD in verdicts and Verdict.REFUSED not in verdicts


def _ask(reports: Sequence[LineReport]) -> None:
    values = Counter(each.verdict for each in reports)
    known = f" ({values[Verdict.ALREADY]} are recorded already)" if values[Verdict.ALREADY] else ""
    click.confirm(f"Record {values[Verdict.TO_RECORD]} updates{known}?", abort=True, err=True)


def _recorded(
    app: App,
    caller: Caller,
    lines: Sequence[FieldLine],
    judged: Sequence[Judgement],
    reports: Sequence[LineReport],
) -> list[LineReport]:
    """Record what is new, if nothing was refused; the versions are those that were judged."""
    value = list(reports)
    if not _all_sound(reports):
        return [_left(each) for each in value]
    items: dict[int, BulkItem] = {}
    for at, (line, result) in enumerate(zip(lines, judged, strict=True)):
        if result.period and result.version is not None:
            ref = client_ref(line.client_code)
            items[at] = BulkItem(ref, result.period, line.update, result.version)
    places = list(items)
    try:
        outcomes = app.tracking.record_many(caller, list(items.values()), atomic=True)
    except BulkRejected as rejected:
        for each in rejected.outcomes:
            if each.error:  # type: ignore[attr-defined]
                at = places[each.index]  # type: ignore[attr-defined]
                value[at] = _refused(value[at], each.error)  # type: ignore[attr-defined]
        return [_left(each) for each in value]
    for outcome in outcomes:
        if outcome.result:
            at, sequence = places[outcome.index], outcome.result.event.sequence
            value[at] = evolve(value[at], verdict=Verdict.RECORDED, sequence=sequence)
    return value


def _left(report: LineReport) -> LineReport:
    if report.verdict is Verdict.TO_RECORD:
        return evolve(report, verdict=Verdict.NOT_RECORDED)
    return report


def _print(reports: Sequence[LineReport], *, as_json: bool) -> None:
    values = Counter(each.verdict for each in reports)
    if as_json:
        counts = {str(verdict): values[verdict] for verdict in Verdict}
        print_json({"results": reports, "counts": counts})
        return
    rows = [
        (each.line, each.client_code, each.period or "-", _words(each.verdict), each.message or "")
        for each in reports
    ]
    print_table(("line", "client", "period", "verdict", "why"), rows)
    note(", ".join(f"{count} {_words(verdict)}" for verdict, count in values.items()))


def _words(verdict: Verdict) -> str:
    return verdict.replace("_", " ")
