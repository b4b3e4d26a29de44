"""Reports on what people recorded, and signals about it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from attrs import frozen

from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.ids import PersonId
from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.contract import Call, Endpoint
from clientupdater.entrypoints.http.cursors import opened_place, sealed_cursor
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.routes.fields import Cursor, Limit
from clientupdater.entrypoints.http.routes.reports import AsOf, Code
from clientupdater.entrypoints.report_shapes import (
    SignalList,
    StaffReportShown,
    signals_shown,
    staff_shown,
)
from clientupdater.entrypoints.structuring import Text
from clientupdater.ports.client_filter import ClientFilter, Recorded, StatusFilter
from clientupdater.ports.staff_reports import (
    SignalEvent,
    SignalEventKey,
    SignalEventsRead,
    SignalsQuery,
    StaffBy,
    StaffQuery,
)

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller


@frozen(kw_only=True)
class StaffReportQuery:
    """Whose records count, and in which time."""

    company: Code
    branch: Code | None = None
    person: Annotated[
        Annotated[str, Text(longest=36, shortest=2)] | None,
        About("The person: an id, or `me`. Left out: all that you may see.", "me"),
    ] = None
    by: Annotated[StaffBy, About("The time that a row covers.", "day")] = StaffBy.DAY
    first_day: Annotated[
        date | None, About("With by=day or week: the first day. Left out: a week, or four.")
    ] = None
    last_day: Annotated[
        date | None, About("With by=day or week: the last day. Left out: today.")
    ] = None
    period: Annotated[
        Period | None, About("With by=period: the period. Left out: the current month.", None)
    ] = None
    as_of: AsOf = None


@frozen(kw_only=True)
class SignalListQuery:
    """Which records are looked at."""

    company: Code
    first_day: Annotated[date | None, About("The first day. Left out: a week.")] = None
    last_day: Annotated[date | None, About("The last day. Left out: today.")] = None
    as_of: AsOf = None


@frozen(kw_only=True)
class SignalEventListQuery:
    """The filter of a signal, and the page."""

    company: Code
    recorded_by: UUID
    recorded: Recorded | None = None
    recorded_from: datetime | None = None
    recorded_before: datetime | None = None
    recorded_reason: Code | None = None
    period: Annotated[
        Period | None, About("Only records for this period. Left out: for any.", None)
    ] = None
    as_of: AsOf = None
    limit: Limit = 50
    cursor: Cursor | None = None


@frozen
class SignalEventList:
    """A page of records behind a signal, the earliest first."""

    items: tuple[SignalEvent, ...]
    next_cursor: str | None
    has_more: bool


def get_staff_report(call: Call) -> StaffReportShown:
    """Show for each person and day, week or period how many updates they recorded, and of which
    kinds. Your own records need `status:read`; those of others need `reports:read` over them: all
    their branches must be among yours. A figure counts records; its filter lists their clients.
    Where it takes longer than a request may, as for a large company by period, ask for it by
    `POST /exports` with `"type": "report"` and `"report": {"name": "staff", "params": {…}}`: a
    worker writes it.
    """
    asked = asked_of(call.caller, call.query)
    return staff_shown(call.app.reports.staff.read(call.caller, asked))


def list_signals(call: Call) -> SignalList:
    """List what deserves a look among the records of a company: many within minutes, outside of
    working hours, the same remark again, a period's work on its last day, clients not reached
    without a follow-up, an unusual share of one outcome. A signal states what was recorded, and is
    never a verdict. The settings `signals.*` hold the thresholds.
    """
    return signals_shown(call.app.reports.signals.read(call.caller, signals_of(call.query)))


def list_signal_events(call: Call) -> SignalEventList:
    """List the records behind a signal, by the filter that it carries."""
    query: SignalEventListQuery = call.query
    after = opened_place(call, query.cursor, SignalEventKey) if query.cursor else None
    asked = events_of(query, query.limit, after)
    page = call.app.reports.signals.events(call.caller, asked)
    cursor = sealed_cursor(call, page.after) if page.after else None
    return SignalEventList(tuple(page.items), cursor, page.has_more)


def asked_of(caller: Caller, query: StaffReportQuery) -> StaffQuery:
    """Read what a query asks of the staff report."""
    return StaffQuery(
        company=query.company,
        branch=query.branch,
        person=_person(caller, query.person),
        by=query.by,
        start=query.first_day,
        until=query.last_day,
        period=query.period,
        as_of=query.as_of,
    )


def signals_of(query: SignalListQuery) -> SignalsQuery:
    """Read which signals a query asks for."""
    return SignalsQuery(
        company=query.company, start=query.first_day, until=query.last_day, as_of=query.as_of
    )


def events_of(
    query: SignalEventListQuery, limit: int, after: SignalEventKey | None = None
) -> SignalEventsRead:
    """Read which records a query asks for."""
    wanted = ClientFilter(
        company=query.company,
        recorded=query.recorded,
        recorded_by=PersonId(query.recorded_by),
        recorded_from=query.recorded_from,
        recorded_before=query.recorded_before,
        recorded_reason=query.recorded_reason,
        as_of=query.as_of,
        row=StatusFilter(period=query.period) if query.period else None,
    )
    return SignalEventsRead(filter=wanted, limit=limit, after=after)


def _person(caller: Caller, text: str | None) -> PersonId | None:
    if text is None or text == "me":
        return caller.actor.id if text else None
    try:
        return PersonId(UUID(text))
    except ValueError:
        raise InvalidInput.of("/person", "is an id or me") from None


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/reports/signals",
        summary="List signals",
        handle=list_signals,
        query=SignalListQuery,
        answers=SignalList,
        permission=Permission.AUDIT_READ,
    ),
    Endpoint(
        method="GET",
        path="/reports/signals/events",
        summary="List the records behind a signal",
        handle=list_signal_events,
        query=SignalEventListQuery,
        answers=SignalEventList,
        permission=Permission.AUDIT_READ,
    ),
    Endpoint(
        method="GET",
        path="/reports/staff",
        summary="Report what people recorded",
        handle=get_staff_report,
        query=StaffReportQuery,
        answers=StaffReportShown,
        permission=Permission.STATUS_READ,
    ),
)
