"""Read completion, contact and confirmation by branch, area, product, pension type or officer."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from attrs import evolve, frozen

from clientupdater.domain.ids import PersonId
from clientupdater.domain.statuses import CONFIRMED, DONE
from clientupdater.ports.client_filter import NONE
from clientupdater.ports.reports import (
    CompletionBy,
    CompletionView,
    Figure,
    Report,
    ReportRow,
)
from clientupdater.usecases.reports.figures import counted_rows, rates_row, with_row
from clientupdater.usecases.reports.past import as_it_was, reader_at
from clientupdater.usecases.reports.reading import reader_of

if TYPE_CHECKING:
    from datetime import tzinfo
    from typing import Any

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.client_filter import ClientFilter
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.reports import CompletionQuery
    from clientupdater.ports.row_counts import KeyedCounts
    from clientupdater.ports.unit_of_work import UnitsOfWork

_COLUMNS = {CompletionBy.OFFICER: "assigned_to"}
_CREDIT_COLUMNS = {
    CompletionBy.BRANCH: ("branch_then", "contact_branch"),
    CompletionBy.AREA: ("area_then", "contact_area"),
    CompletionBy.OFFICER: ("done_by", "contact_by"),
}
"""What lists the rows that a key finished, and those that it reached first. A row has one product
and one pension type, by credit as by obligation.
"""


@frozen
class CompletionReport:
    """R1, by what is owed or by what is credited (R2)."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo

    def read(self, caller: Caller, query: CompletionQuery) -> Report:
        """Count the rows within reports:read, status:read and clients:read."""
        present = reader_of(self.work, caller, self.clock, self.zone)
        reader = reader_at(query.as_of, present, self.zone)
        with self.work.read(reader.clients, caller.generation, takes_long=True) as tx:
            counts = tx.row_counts.completion(query, reader)
        of_all = counted_rows(query.company, query.period, reader)
        row = _credit_row if query.view is CompletionView.CREDIT else _obligation_row
        report = Report(
            rows=tuple(row(each, query.by, of_all) for each in counts.keys),
            totals=rates_row(None, "all", counts.total, of_all),
            period=query.period,
            as_of=reader.now,
        )
        return as_it_was(report, query.as_of)


def _obligation_row(counts: KeyedCounts, by: CompletionBy, of_all: ClientFilter) -> ReportRow:
    return rates_row(counts.key, counts.name, counts.counts, _owed(counts.key, by, of_all))


def _owed(key: str | None, by: CompletionBy, of_all: ClientFilter) -> ClientFilter:
    value: Any = key
    if by is CompletionBy.OFFICER:
        value = PersonId(UUID(key)) if key else None
    columns: dict[str, Any] = {_COLUMNS.get(by, str(by)): NONE if value is None else value}
    return evolve(of_all, **columns)


def _credit_row(counts: KeyedCounts, by: CompletionBy, of_all: ClientFilter) -> ReportRow:
    """Nothing is owed by credit, so that it has no rates."""
    finished, contacted = _credited(counts.key, by, of_all)
    finished = with_row(finished, status=DONE)
    return ReportRow(
        key=counts.key,
        name=counts.name,
        figures={
            "done": Figure(counts.counts.done, finished),
            "contacted": Figure(counts.counts.contacted, contacted),
            "confirmed": Figure(counts.counts.confirmed, with_row(finished, reason=CONFIRMED)),
        },
    )


def _credited(
    key: str | None, by: CompletionBy, of_all: ClientFilter
) -> tuple[ClientFilter, ClientFilter]:
    """List what counts as finished for a key, and what as reached first."""
    if by not in _CREDIT_COLUMNS:
        rows = _owed(key, by, of_all)
        return rows, with_row(rows, contacted=True)
    value: Any = PersonId(UUID(key)) if key and by is CompletionBy.OFFICER else key
    finished, contacted = _CREDIT_COLUMNS[by]
    return with_row(of_all, **{finished: value}), with_row(of_all, **{contacted: value})
