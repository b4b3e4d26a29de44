"""``clientupdater reports``: figures of a period, each with the filter that lists its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.naming import PeriodType
from clientupdater.entrypoints.cli.session import Session, example, json_option, print_json
from clientupdater.entrypoints.cli.tables import print_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from clientupdater.domain.periods import Period
    from clientupdater.entrypoints.reports import ReportShape

_Command = TypeVar("_Command", bound="Callable[..., Any]")


def _period_options(command: _Command) -> _Command:
    for add in (
        json_option,
        as_option,
        click.option("--period", type=PeriodType(), required=True, help="Such as 2026-11."),
        click.option("--company", metavar="CODE", required=True, help="The company's code."),
    ):
        command = add(command)
    return command


@click.group()
def reports() -> None:
    """Report completion, trend and pace of a period.

    With --json each figure has the filter that lists its rows.
    """


@reports.command(
    epilog=example(
        "clientupdater reports dashboard --company FCASH --period 2026-11 --as ana@example.com"
    )
)
@_period_options
@click.pass_obj
def dashboard(
    session: Session, /, *, company: str, period: Period, acts: str, as_json: bool
) -> None:
    """Show where a period stands, by status and in all."""
    from clientupdater.entrypoints.reports import report_shape
    from clientupdater.usecases.reports.dashboard import DashboardQuery

    with opened_as(session, acts) as (app, caller):
        query = DashboardQuery(company=company, period=period)
        report = report_shape(app.reports.dashboard.read(caller, query), period)
    _print(report, "status", as_json=as_json)


@reports.command(
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
    session: Session, /, *, company: str, period: Period, by: str, view: str, acts: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Report what is done, reached and confirmed."""
    from clientupdater.entrypoints.reports import report_shape
    from clientupdater.ports.reports import CompletionBy, CompletionQuery, CompletionView

    with opened_as(session, acts) as (app, caller):
        query = CompletionQuery(
            company=company, period=period, by=CompletionBy(by), view=CompletionView(view)
        )
        report = report_shape(app.reports.completion.read(caller, query), period)
    _print(report, by.replace("_", " "), as_json=as_json)


@reports.command(
    epilog=example(
        "clientupdater reports pace --company FCASH --period 2026-11 --as ana@example.com"
    )
)
@_period_options
@click.pass_obj
def pace(session: Session, /, *, company: str, period: Period, acts: str, as_json: bool) -> None:
    """Report the share done by each working day, beside the last three periods."""
    from clientupdater.entrypoints.reports import (
        PaceShape,
        range_shape,
        row_shape,
        totals_shape,
    )
    from clientupdater.usecases.reports.pace import PaceQuery

    with opened_as(session, acts) as (app, caller):
        result = app.reports.pace.read(caller, PaceQuery(company=company, period=period))
    shape = PaceShape(
        period=period,
        rows=tuple(map(row_shape, result.rows)),
        totals=totals_shape(result.totals),
        expected=range_shape(result.expected),
    )
    _print(shape, "day", as_json=as_json)
    if not as_json and result.expected:
        low, high = (_percent(shape.expected[name]) for name in ("low", "high"))
        click.echo(f"expected to end between {low} and {high}")


@reports.command(
    epilog=example(
        "clientupdater reports trend --company FCASH --period 2026-11 --as ana@example.com"
    )
)
@_period_options
@click.option(
    "--periods", type=click.IntRange(1, 24), default=12, show_default=True, help="How many."
)
@click.pass_obj
def trend(
    session: Session, /, *, company: str, period: Period, periods: int, acts: str, as_json: bool
) -> None:
    """Report the rates of a period and of those before it."""
    from clientupdater.entrypoints.reports import report_shape
    from clientupdater.usecases.reports.trend import TrendQuery

    with opened_as(session, acts) as (app, caller):
        query = TrendQuery(company=company, period=period, periods=periods)
        report = report_shape(app.reports.trend.read(caller, query), period)
    _print(report, "period", as_json=as_json, totals=False)


def _print(report: ReportShape, key: str, *, as_json: bool, totals: bool = True) -> None:
    if as_json:
        print_json(report)
        return
    shown = [*report.rows, *((report.totals,) if totals else ())]
    figures = dict.fromkeys(name for row in shown for name in row.figures)
    rates = dict.fromkeys(name for row in shown for name in row.rates)
    head = (key, *figures, *(f"{name} %" for name in rates))
    rows = [(row.name, *_cells(row, [*figures], [*rates])) for row in report.rows]
    if totals:
        rows.append(("all", *_cells(report.totals, [*figures], [*rates])))
    print_table(head, rows)


def _cells(row: Any, figures: Sequence[str], rates: Sequence[str]) -> tuple[object, ...]:
    values = (row.figures[name].value if name in row.figures else "-" for name in figures)
    return (*values, *(_percent(row.rates.get(name)) for name in rates))


def _percent(rate: str | None) -> str:
    return "-" if rate is None else f"{float(rate) * 100:.1f}"
