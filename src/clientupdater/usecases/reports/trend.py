"""Read the rates of the last periods (R7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.periods import Period
from clientupdater.domain.rates import Counts
from clientupdater.ports.reports import Report, TrendQuery
from clientupdater.usecases.reports.figures import counted_rows, rates_row
from clientupdater.usecases.reports.past import as_it_was, reader_at
from clientupdater.usecases.reports.reading import reader_of

if TYPE_CHECKING:
    from datetime import tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import UnitsOfWork


@frozen
class Trend:
    """A row for each period, the oldest first; the totals are those of the last."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo

    def read(self, caller: Caller, query: TrendQuery) -> Report:
        """Count the rows within reports:read, status:read and clients:read."""
        present = reader_of(self.work, caller, self.clock, self.zone)
        reader = reader_at(query.as_of, present, self.zone)
        periods = last_periods(query.period, query.periods)
        with self.work.read(reader.clients, caller.generation, takes_long=True) as tx:
            counted = tx.row_counts.by_day(query.company, periods, reader)
        rows = tuple(
            rates_row(
                str(period),
                str(period),
                sum(counted[period].values(), Counts()),
                counted_rows(query.company, period, reader),
            )
            for period in periods
        )
        report = Report(rows=rows, totals=rows[-1], period=query.period, as_of=reader.now)
        return as_it_was(report, query.as_of)


def last_periods(period: Period, count: int) -> tuple[Period, ...]:
    """List a period and those before it, the oldest first."""
    periods = [period]
    while len(periods) < count:
        periods.append(periods[-1].previous)
    return tuple(reversed(periods))
