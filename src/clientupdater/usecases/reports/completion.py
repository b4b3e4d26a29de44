"""Read completion, contact and confirmation by branch, area, product, pension type or officer."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from attrs import evolve, frozen

from clientupdater.domain.errors import InvalidInput
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
from clientupdater.usecases.reports.past import as_it_was, require_settled
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
_CREDITED = (CompletionBy.BRANCH, CompletionBy.OFFICER)


@frozen
class CompletionReport:
    """R1, by what is owed or by what is credited (R2)."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo

    def read(self, caller: Caller, query: CompletionQuery) -> Report:
        """Count the rows within reports:read, status:read and clients:read."""
        reader = reader_of(self.work, caller, self.clock, self.zone)
        if query.view is CompletionView.CREDIT and query.by not in _CREDITED:
            raise InvalidInput.of("/by", "is branch or officer where view is credit")
        require_settled(query.as_of, reader.now)
        with self.work.read(reader.clients, caller.generation) as tx:
            counts = tx.row_counts.at(query.as_of).completion(query, reader)
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
    value: Any = counts.key
    if by is CompletionBy.OFFICER:
        value = PersonId(UUID(counts.key)) if counts.key else None
    columns: dict[str, Any] = {_COLUMNS.get(by, str(by)): NONE if value is None else value}
    rows = evolve(of_all, **columns)
    return rates_row(counts.key, counts.name, counts.counts, rows)


def _credit_row(counts: KeyedCounts, by: CompletionBy, of_all: ClientFilter) -> ReportRow:
    """Nothing is owed by credit, so that it has no rates."""
    done: dict[str, Any]
    contact: dict[str, Any]
    if by is CompletionBy.OFFICER:
        person = PersonId(UUID(counts.key)) if counts.key else None
        done, contact = {"done_by": person}, {"contact_by": person}
    else:
        done, contact = {"branch_then": counts.key}, {"contact_branch": counts.key}
    finished = with_row(of_all, status=DONE, **done)
    return ReportRow(
        key=counts.key,
        name=counts.name,
        figures={
            "done": Figure(counts.counts.done, finished),
            "contacted": Figure(counts.counts.contacted, with_row(of_all, **contact)),
            "confirmed": Figure(counts.counts.confirmed, with_row(finished, reason=CONFIRMED)),
        },
    )
