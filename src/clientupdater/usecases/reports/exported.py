"""Reports as exports read them: by their names, with parameters as texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.ports.reports import (
    BalanceQuery,
    CompletionQuery,
    Figure,
    PlaceQuery,
    Report,
    ReportRow,
)
from clientupdater.ports.staff_reports import SignalsQuery, StaffQuery
from clientupdater.usecases.exports.report_params import ReportByParams
from clientupdater.usecases.reports.dashboard import DashboardQuery
from clientupdater.usecases.reports.pace import PaceQuery
from clientupdater.usecases.reports.trend import TrendQuery

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.ports.staff_reports import Signal, StaffReport, StaffRow
    from clientupdater.usecases.exports.report_table import ReportReader
    from clientupdater.usecases.reports.capability import Reports


def report_readers(reports: Reports) -> Mapping[str, ReportReader]:
    """Give each report under the name that its route ends in."""
    pace, staff, signals = reports.pace, reports.staff, reports.signals
    return {
        "ageing": ReportByParams(PlaceQuery, reports.ageing.read),
        "balance": ReportByParams(BalanceQuery, reports.balance.read),
        "completion": ReportByParams(CompletionQuery, reports.completion.read),
        "dashboard": ReportByParams(DashboardQuery, reports.dashboard.read),
        "pace": ReportByParams(PaceQuery, lambda who, query: pace.read(who, query).report),
        "signals": ReportByParams(
            SignalsQuery, lambda who, query: _of_signals(signals.read(who, query))
        ),
        "staff": ReportByParams(StaffQuery, lambda who, query: _of_staff(staff.read(who, query))),
        "trend": ReportByParams(TrendQuery, reports.trend.read),
        "untouched": ReportByParams(PlaceQuery, reports.untouched.read),
    }


def _of_staff(report: StaffReport) -> Report:
    return Report(rows=tuple(map(_staff_row, report.rows)), totals=_nothing())


def _staff_row(row: StaffRow) -> ReportRow:
    days = (
        f"{row.first_day}" if row.first_day == row.last_day else f"{row.first_day} {row.last_day}"
    )
    figures = {name: Figure(each.value, each.filter) for name, each in row.figures.items()}
    return ReportRow(key=row.key, name=f"{row.name}, {days}", figures=figures)


def _of_signals(signals: tuple[Signal, ...]) -> Report:
    rows = (
        ReportRow(
            key=str(each.kind),
            name=f"{each.person.name}: {each.message}",
            figures={"records": Figure(each.records.value, each.records.filter)},
        )
        for each in signals
    )
    return Report(rows=tuple(rows), totals=_nothing())


def _nothing() -> ReportRow:
    """Give the totals of a report that adds nothing up."""
    return ReportRow(key=None, name="", figures={})
