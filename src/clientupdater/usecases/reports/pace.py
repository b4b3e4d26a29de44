"""Read how a period comes on, day by day, beside the last three (R7, R12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.pace import PeriodPace, expected_end
from clientupdater.domain.periods import Period
from clientupdater.domain.rates import Counts
from clientupdater.domain.report_settings import HOLIDAYS, holidays
from clientupdater.domain.statuses import DONE
from clientupdater.domain.working_days import working_days
from clientupdater.ports.reports import Figure, PaceQuery, Report, ReportRow
from clientupdater.usecases.reports.figures import counted_rows, rates_row, with_row
from clientupdater.usecases.reports.past import as_it_was, reader_at
from clientupdater.usecases.reports.reading import company_of, reader_of
from clientupdater.usecases.reports.trend import last_periods

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.pace import EndRange
    from clientupdater.ports.client_filter import ClientFilter
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.lists import ReadContext
    from clientupdater.ports.unit_of_work import UnitsOfWork

BESIDE = 3
"""Past periods that a period is shown beside."""


@frozen(kw_only=True)
class PaceResult:
    """A row for each working day so far, and the range in which the period is expected to end."""

    report: Report
    expected: EndRange | None


@frozen
class Pace:
    """The share that is done by each working day."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo

    def read(self, caller: Caller, query: PaceQuery) -> PaceResult:
        """Count the rows within reports:read, status:read and clients:read."""
        present = reader_of(self.work, caller, self.clock, self.zone)
        reader = reader_at(query.as_of, present, self.zone)
        periods = last_periods(query.period, BESIDE + 1)
        with self.work.read(reader.clients, caller.generation, takes_long=True) as tx:
            counted = tx.row_counts.by_day(query.company, periods, reader)
            company = company_of(tx, query.company)
            free = holidays(tx.settings.text(HOLIDAYS, company)) or frozenset()
        counts = {period: sum(days.values(), Counts()) for period, days in counted.items()}
        paces = {
            period: PeriodPace(
                denominator=counts[period].denominator,
                days=working_days(period.first_day, period.last_day, free),
                done_on={day: each.done for day, each in days.items() if day},
            )
            for period, days in counted.items()
        }
        result = _result(query, paces, counts[query.period], reader)
        return evolve(result, report=as_it_was(result.report, query.as_of))


def _result(
    query: PaceQuery,
    paces: Mapping[Period, PeriodPace],
    counts: Counts,
    reader: ReadContext,
) -> PaceResult:
    current = paces[query.period]
    past = {period: pace for period, pace in paces.items() if period != query.period}
    so_far = [day for day in current.days if day <= reader.today]
    compared = [pace for pace in past.values() if pace.denominator]
    rows = {each: counted_rows(query.company, each, reader) for each in paces}
    report = Report(
        rows=tuple(_row(rows, query, paces, number, day) for number, day in enumerate(so_far, 1)),
        totals=rates_row(None, "all", counts, rows[query.period]),
        period=query.period,
        as_of=reader.now,
    )
    return PaceResult(report=report, expected=expected_end(current, len(so_far), compared))


def _row(
    rows: Mapping[Period, ClientFilter],
    query: PaceQuery,
    paces: Mapping[Period, PeriodPace],
    number: int,
    day: date,
) -> ReportRow:
    """Each figure is what was done until the same working day of its period."""
    days = {
        period: day if period == query.period else _same_day(pace.days, number)
        for period, pace in paces.items()
    }
    names = {period: _name(query.period, period) for period in paces}
    return ReportRow(
        key=day.isoformat(),
        name=day.isoformat(),
        figures={
            names[period]: Figure(
                paces[period].done_until(until),
                with_row(rows[period], status=DONE, done_until=until),
            )
            for period, until in days.items()
        },
        rates={names[period]: pace.share_at(number) for period, pace in paces.items()},
    )


def _same_day(days: Sequence[date], number: int) -> date:
    return days[min(number, len(days)) - 1]


def _name(asked: Period, period: Period) -> str:
    return "done" if period == asked else f"done_{period}"
