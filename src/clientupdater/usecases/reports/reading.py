"""What reports of rows share: their rights, the rows that they go by, and figures."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from attrs import evolve

from clientupdater.domain.errors import InvalidInput, NotFound
from clientupdater.domain.periods import Cycle, Period
from clientupdater.domain.permissions import Permission
from clientupdater.ports.client_filter import ClientFilter, StatusFilter
from clientupdater.ports.reports import Figure, Report
from clientupdater.usecases.clients.lists import read_context, require_scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import tzinfo
    from decimal import Decimal

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import CompanyId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.lists import ReadContext
    from clientupdater.ports.reports import PlaceQuery, ReportRow
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork


def require_rows(work: UnitsOfWork, caller: Caller, first: Permission, resource: str) -> None:
    """Refuse a caller who lacks it, or who cannot list the rows that the figures count (A10)."""
    for permission in (first, Permission.STATUS_READ, Permission.CLIENTS_READ):
        require_scope(work, caller, permission, resource)


def reader_of(work: UnitsOfWork, caller: Caller, clock: Clock, zone: tzinfo) -> ReadContext:
    """Describe the reader of a report, or refuse them."""
    require_rows(work, caller, Permission.REPORTS_READ, "report")
    return read_context(caller, clock, zone)


def rows_of(query: PlaceQuery, reader: ReadContext) -> ClientFilter:
    """Name the rows of a place and period that the reader's reports cover.

    Where reports:read covers other clients than the permissions that lists ask for, the filter
    says so: the list has the same rows then. A query without a period asks for the month of the
    reader's day.
    """
    period = query.period or Period.containing(reader.today, Cycle.MONTHLY)
    return ClientFilter(
        company=query.company,
        branch=query.branch,
        within_reports=within_reports(reader),
        row=StatusFilter(period=period),
    )


def within_reports(reader: ReadContext) -> bool | None:
    """Ask for it only where lists do not have it anyway."""
    return None if reader.reports in (reader.clients, reader.statuses) else True


def report(
    rows: Iterable[ReportRow], totals: ReportRow, base: ClientFilter, reader: ReadContext
) -> Report:
    """Name the period and the moment that the figures are of."""
    period = base.row.period if base.row else None
    return Report(rows=tuple(rows), totals=totals, period=period, as_of=reader.now)


def narrowed(base: ClientFilter, **conditions: Any) -> ClientFilter:
    """Add conditions on the row."""
    return evolve(base, row=evolve(base.row or StatusFilter(), **conditions))


def figures(
    values: Mapping[str, int | Decimal], filters: Mapping[str, ClientFilter]
) -> dict[str, Figure]:
    """Give each value the filter of its rows."""
    return {name: Figure(values[name], wanted) for name, wanted in filters.items()}


def share(part: Figure, of: Figure) -> Fraction | None:
    """Divide two counts, exactly; None where there is nothing to do."""
    return Fraction(int(part.value), int(of.value)) if of.value else None


def company_of(tx: Transaction, code: str) -> CompanyId:
    """Find a company by its code. Raises InvalidInput where there is none."""
    try:
        return tx.organisation.company(code)
    except NotFound:
        raise InvalidInput.of("/company", "there is no such code") from None


def days_between(
    start: date | None, until: date | None, today: date, most: int, usual: int
) -> tuple[date, date]:
    """Choose the days of a report: up to today, `usual` days of them, unless the query says."""
    last = until or today
    first = start or last - timedelta(days=usual - 1)
    if first > last:
        raise InvalidInput.of("/first_day", "must not be after last_day")
    if (last - first).days >= most:
        raise InvalidInput.of(
            "/first_day", f"must be at most {most} days before last_day, both included"
        )
    return first, last


def running_and_last(day: date) -> tuple[Period, ...]:
    """Give the month and the quarter of a day, and those before them."""
    running = [Period.containing(day, cycle) for cycle in Cycle]
    return (*running, *(each.previous for each in running))


def start_of(day: date, zone: tzinfo) -> datetime:
    """Give the moment at which a business day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=zone)
