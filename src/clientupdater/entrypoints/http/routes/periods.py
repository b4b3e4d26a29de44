"""The running periods, and opening a period (P1, P4)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

from attrs import frozen

from clientupdater.domain.errors import NotFound, PeriodClosed, PeriodNotBegun
from clientupdater.domain.ids import CompanyId
from clientupdater.domain.periods import Cycle, Period
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.contract import Call, Endpoint
from clientupdater.entrypoints.structuring import Text

if TYPE_CHECKING:
    from clientupdater.ports.tracking import Opening


@frozen
class CurrentPeriodsQuery:
    """The company; none: all that the caller may see."""

    company: Annotated[str, Text(longest=50, shortest=1)] | None = None


@frozen
class RunningPeriod:
    """A period that runs now."""

    period: Period
    period_type: Cycle
    first_day: date
    last_day: date


@frozen
class RunningPeriodList:
    """The periods that run now: the month first, then the quarter."""

    items: tuple[RunningPeriod, ...]


@frozen
class OpenedPeriod:
    """A period that was opened."""

    period: Period
    rows: int
    started_at: datetime
    finished_at: datetime


def list_current_periods(call: Call) -> RunningPeriodList:
    """Show the running month and the running quarter with their first and last day."""
    company = _company(call, call.query.company) if call.query.company else None
    running = call.app.periods.current(call.caller, company)
    return RunningPeriodList(
        tuple(RunningPeriod(p, p.cycle, p.first_day, p.last_day) for p in running)
    )


def _company(call: Call, code: str) -> CompanyId:
    """Find a company by its code, after the caller's right is judged."""
    call.app.periods.current(call.caller)
    known = call.app.configuration.names(call.caller).companies
    result = next((each for each, name in known.items() if name == code), None)
    if result is None:
        raise NotFound
    return CompanyId(result)


def open_period(call: Call) -> OpenedPeriod:
    """Add a snapshot for every client that is due in the period. Opening it again adds only those
    that are missing.
    """
    done: Opening = call.app.periods.open(call.caller, call.path["period"])
    return OpenedPeriod(done.period, done.rows, done.started_at, done.finished_at)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/periods/current",
        summary="List the running periods",
        handle=list_current_periods,
        query=CurrentPeriodsQuery,
        answers=RunningPeriodList,
        permission=Permission.STATUS_READ,
        errors=(NotFound,),
    ),
    Endpoint(
        method="POST",
        path="/periods/{period}/open",
        summary="Open a period",
        handle=open_period,
        answers=OpenedPeriod,
        permission=Permission.CONFIG_MANAGE,
        in_batches=True,
        errors=(PeriodClosed, PeriodNotBegun),
    ),
)
