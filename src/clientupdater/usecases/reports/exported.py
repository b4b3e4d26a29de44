"""Reports as exports read them, by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.ports.exports import ReportName
from clientupdater.ports.reports import Figure, Report, ReportRow
from clientupdater.ports.staff_reports import MOST_EXPORTED_STAFF_ROWS

if TYPE_CHECKING:
    from clientupdater.ports.staff_reports import Signal, StaffReport, StaffRow
    from clientupdater.usecases.exports.report_table import ReportReaders
    from clientupdater.usecases.reports.capability import Reports


def report_readers(reports: Reports) -> ReportReaders:
    pace, staff, signals = reports.pace, reports.staff, reports.signals
    return {
        ReportName.AGEING: reports.ageing.read,
        ReportName.BALANCE: reports.balance.read,
        ReportName.COMPLETION: reports.completion.read,
        ReportName.DASHBOARD: reports.dashboard.read,
        ReportName.PACE: lambda caller, query: pace.read(caller, query).report,
        ReportName.SIGNALS: lambda caller, query: _of_signals(signals.read(caller, query)),
        ReportName.STAFF: lambda caller, query: _of_staff(
            staff.read(caller, query, MOST_EXPORTED_STAFF_ROWS)
        ),
        ReportName.TREND: reports.trend.read,
        ReportName.UNTOUCHED: reports.untouched.read,
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
