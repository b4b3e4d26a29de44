"""``clientupdater reports``: figures that carry the filter of their clients."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from clientupdater.entrypoints.cli import progress_reports
from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.paging import page_options, paged
from clientupdater.entrypoints.cli.report_tables import as_of_option, chart_option, print_report
from clientupdater.entrypoints.cli.session import Session, example, json_option, note, print_json
from clientupdater.entrypoints.cli.tables import print_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientupdater.app import App
    from clientupdater.domain.callers import Caller
    from clientupdater.ports.reports import PlaceQuery, Report

_Command = TypeVar("_Command", bound="Callable[..., Any]")
_FILTERS = "With --json each figure has the filter that lists its clients."


@click.group()
def reports() -> None:
    """Report on the work of a period, and on what people recorded."""


def _of_company(command: _Command) -> _Command:
    company = click.option("--company", required=True, metavar="CODE", help="The company's code.")
    branch = click.option("--branch", metavar="CODE", help="Only this branch, by its code.")
    period = click.option(
        "--period", metavar="PERIOD", help="Such as 2026-11.  [default: the current month]"
    )
    return company(branch(period(as_option(json_option(command)))))


def _of_days(command: _Command) -> _Command:
    first = click.option("--first-day", metavar="DAY", help="The first day, such as 2026-11-01.")
    last = click.option("--last-day", metavar="DAY", help="The last day.  [default: today]")
    return first(last(command))


for each in (progress_reports.dashboard, progress_reports.completion, progress_reports.pace):
    reports.add_command(each)
reports.add_command(progress_reports.trend)


@reports.command(epilog=example("clientupdater reports balance --company FCASH"))
@_of_company
@as_of_option
@chart_option
@click.pass_obj
def balance(session: Session, /, **params: Any) -> None:
    """Show what came into each branch, stands there and left; both sides add up.

    opened + moved_in + restored = done + open + exempt + moved_out.
    """
    _print_report(session, lambda app, who, query: app.reports.balance.read(who, query), **params)


@reports.command(epilog=example("clientupdater reports ageing --company FCASH"))
@_of_company
@as_of_option
@chart_option
@click.pass_obj
def ageing(session: Session, /, **params: Any) -> None:
    """Show rows and amounts past due by PAR status and by amount, and the share that is done."""
    _print_report(session, lambda app, who, query: app.reports.ageing.read(who, query), **params)


@reports.command(epilog=example("clientupdater reports untouched --company FCASH"))
@click.option(
    "--by",
    type=click.Choice(["cause", "officer"]),
    default="cause",
    show_default=True,
    help="What a row stands for.",
)
@_of_company
@as_of_option
@chart_option
@click.pass_obj
def untouched(session: Session, /, *, by: str, **params: Any) -> None:
    """Show what was left lying: untouched rows, follow-ups, promises, and officers away."""

    def read(app: App, caller: Caller, query: PlaceQuery) -> Report:
        untouched = app.reports.untouched
        return (untouched.by_officer if by == "officer" else untouched.read)(caller, query)

    _print_report(session, read, **params)


@reports.command(epilog=example("clientupdater reports staff --company FCASH --by week"))
@click.option(
    "--by",
    type=click.Choice(["day", "week", "period"]),
    default="day",
    show_default=True,
    help="The time that a row covers.",
)
@click.option("--person", metavar="PERSON", help="Only this person: an id, or me.")
@_of_days
@_of_company
@as_of_option
@click.pass_obj
def staff(session: Session, /, *, acts: str, as_json: bool, **params: Any) -> None:
    """Show how many updates people recorded, and of which kinds.

    For a large company, let a worker write it:
    `clientupdater exports create report --report staff --param company=CODE --wait`.
    """
    from clientupdater.entrypoints.http.routes.staff_reports import StaffReportQuery, asked_of
    from clientupdater.entrypoints.report_shapes import staff_shown

    query = _structured(params, StaffReportQuery)
    with opened_as(session, acts) as (app, caller):
        report = staff_shown(app.reports.staff.read(caller, asked_of(caller, query)))
    if as_json:
        print_json(report)
        return
    names = list(report.rows[0].figures) if report.rows else []
    head = ("person", "from", "until", *names, "first", "last", "median s")
    print_table(
        [each.replace("_", " ") for each in head],
        (
            (
                *(row.name, row.first_day, row.last_day),
                *(figure.value for figure in row.figures.values()),
                *(row.first_entry, row.last_entry),
                "-" if row.median_seconds is None else row.median_seconds,
            )
            for row in report.rows
        ),
        ("first", "last", "until"),
    )


@reports.command(epilog=example("clientupdater reports signals --company FCASH"))
@click.option("--company", required=True, metavar="CODE", help="The company's code.")
@_of_days
@as_of_option
@as_option
@json_option
@click.pass_obj
def signals(session: Session, /, *, acts: str, as_json: bool, **params: Any) -> None:
    """List what deserves a look among the records of a company; never a verdict."""
    from clientupdater.entrypoints.http.routes.staff_reports import SignalListQuery, signals_of
    from clientupdater.entrypoints.report_shapes import signals_shown

    query = _structured(params, SignalListQuery)
    with opened_as(session, acts) as (app, caller):
        result = signals_shown(app.reports.signals.read(caller, signals_of(query)))
    if as_json:
        print_json(result)
        return
    note(f"{len(result.items)} signal{'' if len(result.items) == 1 else 's'}")
    rows = (
        (s.kind, s.person.name, s.records.value, s.records.clients, s.message) for s in result.items
    )
    print_table(("kind", "person", "records", "clients", "message"), rows, wraps=True)


@reports.command(
    "signal-events",
    epilog=example(
        "clientupdater reports signal-events --company FCASH --recorded outside_hours"
        " --recorded-by 0190f3c2-7d1e-7a44-9c3b-5b0e6f1d2a10"
    ),
)
@click.option("--company", required=True, metavar="CODE", help="The company's code.")
@click.option("--recorded-by", required=True, metavar="ID", help="The person: an id.")
@click.option("--recorded", metavar="KIND", help="The kind of records.  [default: updates]")
@click.option("--recorded-from", metavar="MOMENT", help="Only records at this moment or later.")
@click.option("--recorded-before", metavar="MOMENT", help="Only records before this moment.")
@click.option("--recorded-reason", metavar="CODE", help="Only records with this reason.")
@click.option("--period", metavar="PERIOD", help="Only records for this period.")
@as_of_option
@page_options
@as_option
@json_option
@click.pass_obj
def signal_events(
    session: Session, /, *, limit: int, everything: bool, acts: str, as_json: bool, **params: Any
) -> None:
    """List the records behind a signal, by the filter that it carries."""
    from clientupdater.entrypoints.http.routes.staff_reports import SignalEventListQuery, events_of

    query = events_of(_structured(params, SignalEventListQuery), limit)
    with opened_as(session, acts) as (app, caller):
        page = paged(lambda q: app.reports.signals.events(caller, q), query, everything=everything)
    page.print(
        "record",
        ("recorded at", "client", "period", "status", "reason", "remarks"),
        (
            (e.recorded_at, e.client_code, e.period, e.status, e.reason or "-", e.remarks or "-")
            for e in page.items
        ),
        ("period",),
        as_json=as_json,
    )


def _print_report(
    session: Session,
    read: Callable[[App, Caller, PlaceQuery], Report],
    *,
    acts: str,
    as_json: bool,
    chart: bool,
    **params: Any,
) -> None:
    from clientupdater.entrypoints.http.routes.reports import ReportQuery, asked_of

    query = asked_of(_structured(params, ReportQuery))
    with opened_as(session, acts) as (app, caller):
        report = read(app, caller, query)
    print_report(report, as_json=as_json, chart=chart)


def _structured(params: dict[str, Any], shape: type) -> Any:
    from clientupdater.entrypoints.structuring import structured_words

    return structured_words({n: _word(v) for n, v in params.items() if v is not None}, shape)


def _word(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
