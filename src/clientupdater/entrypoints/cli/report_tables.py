"""Reports as tables and as bars in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from clientupdater.entrypoints.cli.naming import MomentType
from clientupdater.entrypoints.cli.session import note, print_json
from clientupdater.entrypoints.cli.tables import print_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal
    from fractions import Fraction

    from clientupdater.ports.reports import Report, ReportRow

_WIDTH = 40
_EIGHTHS = " ▏▎▍▌▋▊▉█"

chart_option = click.option("--chart", is_flag=True, help="Draw bars in place of the table.")
as_of_option = click.option(
    "--as-of",
    type=MomentType(),
    metavar="MOMENT",
    help="What had been recorded by then, such as 2026-10-30T17:00:00+08:00.  [default: now]",
)


def print_report(report: Report, *, as_json: bool, chart: bool) -> None:
    """Print rows and totals: as JSON with the filter of each figure, as bars, or as a table."""
    from clientupdater.entrypoints.report_shapes import report_shown

    if as_json:
        print_json(report_shown(report))
        return
    moment = f", as of {report.as_of:%Y-%m-%d %H:%M %Z}" if report.as_of else ""
    note(f"period {report.period}{moment}")
    if chart:
        print_table(("name", "", "value"), chart_rows(report))
        return
    print_table(*_table(report))


def chart_rows(report: Report) -> Iterator[tuple[str, str, str]]:
    """Draw the first rate of each row; without rates, its first figure beside the largest."""
    if any(row.rates for row in report.rows):
        shown = (*report.rows, report.totals) if report.totals.rates else report.rows
        for row in shown:
            rate = next(iter(row.rates.values()), None)
            yield row.name, bar(rate), _percent(rate)
        return
    values = [next((f.value for f in row.figures.values()), 0) for row in report.rows]
    largest = max(values, default=0)
    for row, value in zip(report.rows, values, strict=True):
        yield row.name, bar(value / largest if largest else 0), f"{value:,}"


def bar(share: Fraction | Decimal | float | None) -> str:
    """Draw a share as a bar, to an eighth of a letter."""
    eighths = round(float(min(max(share or 0, 0), 1)) * _WIDTH * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + _EIGHTHS[rest].strip()).ljust(_WIDTH, "·")


def _table(report: Report) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
    rows = (*report.rows, report.totals)
    figures = [*dict.fromkeys(name for row in (report.totals, *rows) for name in row.figures)]
    rates = [*dict.fromkeys(name for row in rows for name in row.rates)]
    head = ("name", *(each.replace("_", " ") for each in figures), *(f"{n} %" for n in rates))
    return head, [_cells(row, figures, rates) for row in rows]


def _cells(row: ReportRow, figures: Sequence[str], rates: Sequence[str]) -> Sequence[object]:
    values = (row.figures[n].value if n in row.figures else "-" for n in figures)
    return (row.name, *values, *(_percent(row.rates.get(n)) for n in rates))


def _percent(rate: Fraction | None) -> str:
    return "-" if rate is None else f"{float(rate) * 100:.1f}"
