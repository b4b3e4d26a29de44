"""Reports as they go out: over HTTP and as JSON on the command line."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated

from attrs import frozen

from clientupdater.domain.periods import Period
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.ports.filter_codec import filter_words
from clientupdater.ports.lists import StaffMember
from clientupdater.ports.staff_reports import SignalKind

if TYPE_CHECKING:
    from clientupdater.ports.reports import Figure, Report, ReportRow
    from clientupdater.ports.staff_reports import RecordFigure, Signal, StaffReport, StaffRow
    from clientupdater.usecases.reports.pace import PaceResult

_PLACES = Decimal("0.0001")


@frozen
class ReportFigure:
    """A count or a sum, and the filter of the clients behind it."""

    value: int | Decimal
    filter: dict[str, str]


@frozen
class RecordsFigure:
    """A count of records, and the filter of their clients."""

    value: int
    clients: int
    filter: dict[str, str]


@frozen
class ReportRowShown:
    """The figures of one branch, status or whatever the report goes by."""

    key: str | None
    name: str
    figures: dict[str, ReportFigure]
    rates: dict[str, str | None]


@frozen
class ReportTotals:
    """The figures of all rows."""

    figures: dict[str, ReportFigure]
    rates: dict[str, str | None]


@frozen
class ReportShown:
    """A report on the rows of a period."""

    period: Period | None
    as_of: datetime | None
    rows: tuple[ReportRowShown, ...]
    totals: ReportTotals


@frozen
class PaceShown(ReportShown):
    """A report by working day, and the range in which the period is expected to end."""

    expected: Annotated[
        dict[str, str | None],
        About(
            "The lowest and the highest share; null: there is nothing to go by.",
            {"low": "0.7200", "high": "0.8450"},
        ),
    ]


@frozen
class StaffRowShown:
    """What one person recorded in a day, week or period."""

    key: str
    name: str
    first_day: date
    last_day: date
    figures: dict[str, RecordsFigure]
    first_entry: datetime
    last_entry: datetime
    median_seconds: int | None


@frozen
class StaffReportShown:
    """What people recorded."""

    rows: tuple[StaffRowShown, ...]


@frozen
class SignalShown:
    """What a person recorded that deserves a look. It is a fact, not a verdict."""

    kind: SignalKind
    person: StaffMember
    message: str
    records: RecordsFigure


@frozen
class SignalList:
    """Signals, by kind and person."""

    items: tuple[SignalShown, ...]


def report_shown(report: Report) -> ReportShown:
    """Write filters as parameters, and rates with four places."""
    totals = report.totals
    return ReportShown(
        period=report.period,
        as_of=report.as_of,
        rows=tuple(_row(row) for row in report.rows),
        totals=ReportTotals(_figures(totals), _rates(totals)),
    )


def pace_shown(pace: PaceResult) -> PaceShown:
    """Write filters as parameters, and rates with four places."""
    shown, ends = report_shown(pace.report), pace.expected
    return PaceShown(
        period=shown.period,
        as_of=shown.as_of,
        rows=shown.rows,
        totals=shown.totals,
        expected={
            "low": rate_words(ends.low if ends else None),
            "high": rate_words(ends.high if ends else None),
        },
    )


def staff_shown(report: StaffReport) -> StaffReportShown:
    """Write filters as parameters."""
    return StaffReportShown(tuple(_staff_row(row) for row in report.rows))


def signals_shown(signals: tuple[Signal, ...]) -> SignalList:
    """Write filters as parameters."""
    shown = (SignalShown(s.kind, s.person, s.message, _records(s.records)) for s in signals)
    return SignalList(tuple(shown))


def rate_words(rate: Fraction | None) -> str | None:
    """Write a share with four places."""
    if rate is None:
        return None
    return str((Decimal(rate.numerator) / Decimal(rate.denominator)).quantize(_PLACES))


def _row(row: ReportRow) -> ReportRowShown:
    return ReportRowShown(row.key, row.name, _figures(row), _rates(row))


def _figures(row: ReportRow) -> dict[str, ReportFigure]:
    return {name: _figure(each) for name, each in row.figures.items()}


def _figure(figure: Figure) -> ReportFigure:
    return ReportFigure(figure.value, filter_words(figure.filter))


def _rates(row: ReportRow) -> dict[str, str | None]:
    return {name: rate_words(rate) for name, rate in row.rates.items()}


def _staff_row(row: StaffRow) -> StaffRowShown:
    return StaffRowShown(
        key=row.key,
        name=row.name,
        first_day=row.first_day,
        last_day=row.last_day,
        figures={name: _records(each) for name, each in row.figures.items()},
        first_entry=row.first_entry,
        last_entry=row.last_entry,
        median_seconds=row.median_seconds,
    )


def _records(figure: RecordFigure) -> RecordsFigure:
    return RecordsFigure(figure.value, figure.clients, filter_words(figure.filter))
