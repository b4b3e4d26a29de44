"""``clientupdater reports``: the dashboard, completion, pace and trend of a period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.naming import PeriodType
from clientupdater.entrypoints.cli.report_tables import as_of_option, chart_option, print_report
from clientupdater.entrypoints.cli.session import Session, example, json_option, note, print_json

if TYPE_CHECKING:
    from collections.abc import Callable

_Command = TypeVar("_Command", bound="Callable[..., Any]")


def _period_options(command: _Command) -> _Command:
    for add in (
        chart_option,
        json_option,
        as_option,
        as_of_option,
        click.option("--period", type=PeriodType(), required=True, help="Such as 2026-11."),
        click.option("--company", metavar="CODE", required=True, help="The company's code."),
    ):
        command = add(command)
    return command


@click.command(
    epilog=example(
        "clientupdater reports dashboard --company FCASH --period 2026-11 --as ana@example.com"
    )
)
@_period_options
@click.pass_obj
def dashboard(session: Session, /, *, acts: str, as_json: bool, chart: bool, **asked: Any) -> None:
    """Show where a period stands, by status and in all."""
    from clientupdater.ports.reports import DashboardQuery

    with opened_as(session, acts) as (app, caller):
        report = app.reports.dashboard.read(caller, DashboardQuery(**asked))
    print_report(report, as_json=as_json, chart=chart)


@click.command(
    epilog=example(
        "clientupdater reports completion --company FCASH --period 2026-11 --by officer"
        " --as ana@example.com"
    )
)
@_period_options
@click.option(
    "--by",
    type=click.Choice(["branch", "area", "product", "pension_type", "officer"]),
    default="branch",
    show_default=True,
    help="What each row stands for.",
)
@click.option(
    "--view",
    type=click.Choice(["obligation", "credit"]),
    default="obligation",
    show_default=True,
    help="By who has the client, or by who recorded it.",
)
@click.pass_obj
def completion(
    session: Session, /, *, by: str, view: str, acts: str, as_json: bool, chart: bool, **asked: Any
) -> None:
    """Report what is done, reached and confirmed."""
    from clientupdater.ports.reports import CompletionBy, CompletionQuery, CompletionView

    with opened_as(session, acts) as (app, caller):
        query = CompletionQuery(by=CompletionBy(by), view=CompletionView(view), **asked)
        report = app.reports.completion.read(caller, query)
    print_report(report, as_json=as_json, chart=chart)


@click.command(
    epilog=example(
        "clientupdater reports pace --company FCASH --period 2026-11 --as ana@example.com"
    )
)
@_period_options
@click.pass_obj
def pace(session: Session, /, *, acts: str, as_json: bool, chart: bool, **asked: Any) -> None:
    """Report the share done by each working day, beside the last three periods."""
    from clientupdater.entrypoints.report_shapes import pace_shown
    from clientupdater.ports.reports import PaceQuery

    with opened_as(session, acts) as (app, caller):
        result = app.reports.pace.read(caller, PaceQuery(**asked))
    if as_json:
        print_json(pace_shown(result))
        return
    print_report(result.report, as_json=False, chart=chart)
    if result.expected:
        low, high = (
            f"{float(each) * 100:.1f}" for each in (result.expected.low, result.expected.high)
        )
        note(f"expected to end between {low} and {high} %")


@click.command(
    epilog=example(
        "clientupdater reports trend --company FCASH --period 2026-11 --as ana@example.com"
    )
)
@_period_options
@click.option(
    "--periods", type=click.IntRange(1, 24), default=12, show_default=True, help="How many."
)
@click.pass_obj
def trend(session: Session, /, *, acts: str, as_json: bool, chart: bool, **asked: Any) -> None:
    """Report the rates of a period and of those before it."""
    from clientupdater.ports.reports import TrendQuery

    with opened_as(session, acts) as (app, caller):
        report = app.reports.trend.read(caller, TrendQuery(**asked))
    print_report(report, as_json=as_json, chart=chart)
