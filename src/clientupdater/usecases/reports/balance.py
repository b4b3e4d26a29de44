"""Read the balance of branches: what came, what stands there and what left (R4)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from attrs import evolve, frozen

from clientupdater.domain.access_scope import AccessScope
from clientupdater.domain.ids import PersonId
from clientupdater.domain.periods import business_day
from clientupdater.domain.permissions import Scope
from clientupdater.ports.client_filter import ClientFilter, StatusFilter
from clientupdater.ports.lists import ReadContext
from clientupdater.ports.reports import Figure, ReportRow
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.reports.past import as_it_was, reader_at
from clientupdater.usecases.reports.reading import (
    narrowed,
    reader_of,
    report,
    rows_of,
    running_and_last,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.reports import BalanceCounts, PlaceQuery, Report
    from clientupdater.ports.unit_of_work import UnitsOfWork

_SYSTEM = PersonId(UUID(int=0))
"""Nobody's id: the system has no clients of its own."""
_OF_COMPANY = ("opened", "restored", "done", "open", "exempt")
"""What adds up for a company as a whole: within it, rows only change their branch."""


@frozen
class Balance:
    """opened + moved in + restored = done + open + exempt + moved out."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo

    def read(self, caller: Caller, query: PlaceQuery) -> Report:
        """Read the balance of each branch that rows stood in, or of one."""
        present = reader_of(self.work, caller, self.clock, self.zone)
        reader = reader_at(query.as_of, present, self.zone)
        base = rows_of(query, reader)
        with self.work.read(reader.clients, caller.generation, takes_long=True) as tx:
            branches = tx.reports.balance(reader, base)
        base = evolve(base, branch=None)
        rows = [_row(base, counts) for counts in branches]
        if query.branch is None:
            totals = _totals(base, branches)
        else:
            figures = rows[0].figures if rows else {}
            totals = ReportRow(key=None, name="Total", figures=figures)
        return as_it_was(report(rows, totals, base, reader), query.as_of)

    def find_uneven(self) -> tuple[str, ...]:
        """Name branches whose balance does not add up, in the running and the last periods.

        It reads where each row was opened, which takes seconds for hundreds of thousands of rows.
        """
        now = self.clock.now()
        everything = AccessScope(_SYSTEM, Scope.ALL, {}, frozenset(), frozenset())
        today = business_day(now, self.zone)
        reader = ReadContext(clients=everything, statuses=everything, now=now, today=today)
        uneven = []
        with self.work.read(SYSTEM) as tx:
            for period in running_and_last(today):
                base = ClientFilter(row=StatusFilter(period=period))
                branches = tx.reports.balance(reader, base, exactly=True)
                uneven += [f"{each.branch} in {period}" for each in branches if not each.is_even]
        return tuple(uneven)


def balance_filters(base: ClientFilter, branch: str) -> dict[str, ClientFilter]:
    """Name the rows of each side of a branch's balance."""
    here = {"branch_then": branch}
    return {
        "opened": narrowed(base, opened_in=branch),
        "moved_in": narrowed(base, moved_in=branch),
        "restored": narrowed(base, **here, ever_exempt=True, exempt=False),
        "done": narrowed(base, **here, status="DONE", exempt=False),
        "open": narrowed(base, **here, open=True),
        "exempt": narrowed(base, **here, ever_exempt=True),
        "moved_out": narrowed(base, moved_out=branch),
    }


def _row(base: ClientFilter, counts: BalanceCounts) -> ReportRow:
    filters = balance_filters(base, counts.branch)
    figures = {name: Figure(getattr(counts, name), each) for name, each in filters.items()}
    return ReportRow(key=counts.branch, name=counts.name, figures=figures)


def _totals(base: ClientFilter, branches: Sequence[BalanceCounts]) -> ReportRow:
    filters = {
        "opened": base,
        "restored": narrowed(base, ever_exempt=True, exempt=False),
        "done": narrowed(base, status="DONE", exempt=False),
        "open": narrowed(base, open=True),
        "exempt": narrowed(base, ever_exempt=True),
    }
    values = {name: sum(getattr(each, name) for each in branches) for name in _OF_COMPANY}
    figures = {name: Figure(value, filters[name]) for name, value in values.items()}
    return ReportRow(key=None, name="Total", figures=figures)
