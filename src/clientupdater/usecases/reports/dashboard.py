"""Read the dashboard: where a period stands, at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.rates import Counts
from clientupdater.domain.statuses import DONE
from clientupdater.ports.reports import DashboardQuery, Figure, Report, ReportRow
from clientupdater.usecases.reports.figures import counted_rows, rates_row, with_row
from clientupdater.usecases.reports.past import as_it_was, reader_at
from clientupdater.usecases.reports.reading import reader_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.client_filter import ClientFilter
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.row_counts import StandingCount
    from clientupdater.ports.unit_of_work import UnitsOfWork


@frozen
class Dashboard:
    """Rows by status, and in all: done, reached, confirmed, terminal, exempt, with a payment."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo

    def read(self, caller: Caller, query: DashboardQuery) -> Report:
        """Count the rows within reports:read, status:read and clients:read."""
        present = reader_of(self.work, caller, self.clock, self.zone)
        reader = reader_at(query.as_of, present, self.zone)
        with self.work.read(reader.clients, caller.generation, takes_long=True) as tx:
            counts = tx.row_counts.standing(query.company, query.period, reader)
        counted = [each for each in counts if not each.is_exempt]
        of_all = counted_rows(query.company, query.period, reader)
        report = Report(
            rows=tuple(
                ReportRow(
                    key=status,
                    name=status,
                    figures={
                        "rows": Figure(
                            _sum(each for each in counted if each.status == status),
                            with_row(of_all, status=status),
                        )
                    },
                )
                for status in dict.fromkeys(each.status for each in counted)
            ),
            totals=_totals(counts, counted, of_all),
            period=query.period,
            as_of=reader.now,
        )
        return as_it_was(report, query.as_of)


def _totals(
    counts: Sequence[StandingCount],
    counted: Sequence[StandingCount],
    of_all: ClientFilter,
) -> ReportRow:
    rated = Counts(
        denominator=_sum(counted),
        done=_sum(each for each in counted if each.status == DONE),
        contacted=_sum(each for each in counted if each.is_contacted),
        confirmed=_sum(each for each in counted if each.is_confirmed),
    )
    rates = rates_row(None, "all", rated, of_all)
    any_row = with_row(of_all, exempt=None)
    exempt = Figure(_sum(c for c in counts if c.is_exempt), with_row(any_row, exempt=True))
    terminal = Figure(_sum(c for c in counts if c.is_terminal), with_row(any_row, terminal=True))
    paid = Figure(_sum(c for c in counts if c.has_payment), with_row(any_row, has_payment=True))
    others = {"exempt": exempt, "terminal": terminal, "has_payment": paid}
    return ReportRow(
        key=None, name=rates.name, figures={**rates.figures, **others}, rates=rates.rates
    )


def _sum(counts: Iterable[StandingCount]) -> int:
    return sum(each.rows for each in counts)
