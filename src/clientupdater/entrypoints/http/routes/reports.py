"""Reports on the rows of a period: the balance, what was left lying, ageing."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar

from attrs import frozen

from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.contract import Call, Endpoint
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.report_shapes import ReportShown, report_shown
from clientupdater.entrypoints.structuring import Text
from clientupdater.ports.reports import PlaceQuery, UntouchedBy

Code = Annotated[str, Text(longest=100, shortest=1)]
AsOf = Annotated[
    datetime | None,
    About(
        "Count what had been recorded by this moment, with an offset, at least 15 minutes back: by"
        " whom clients were owed then, whatever happened since. Left out: now. Areas are composed,"
        " places are named and holidays are as today.",
        "2026-10-30T17:00:00+08:00",
    ),
]


@frozen(kw_only=True)
class ReportQuery:
    """The rows that a report goes by."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"company": "FCASH", "period": "2026-11"}

    company: Code
    branch: Code | None = None
    period: Annotated[
        Period | None, About("The period. Left out: the current month.", "2026-11")
    ] = None
    as_of: AsOf = None


@frozen(kw_only=True)
class UntouchedReportQuery(ReportQuery):
    """The rows that wait, and what the report goes by."""

    by: Annotated[UntouchedBy, About("What each row stands for.", "cause")] = UntouchedBy.CAUSE


def get_ageing(call: Call) -> ReportShown:
    """Show rows and amounts past due, first by PAR status, then by amount, with the share that is
    done. Sources state no days past due, so that the buckets go by amount.
    """
    return report_shown(call.app.reports.ageing.read(call.caller, asked_of(call.query)))


def get_balance(call: Call) -> ReportShown:
    """Show for each branch that opened + moved_in + restored = done + open + exempt + moved_out. A
    row counts in each branch where it ever stood in the period; `exempt` counts what was ever
    exempt, and `restored` those of them that no longer are.
    """
    return report_shown(call.app.reports.balance.read(call.caller, asked_of(call.query)))


def get_untouched(call: Call) -> ReportShown:
    """Show what was left lying: untouched rows by working days since they were opened, follow-ups
    overdue, promises without a payment, clients without an officer, and officers who are absent or
    deactivated with their open rows. By officer: how many rows of each are open, untouched, and
    have a follow-up overdue.
    """
    untouched, query = call.app.reports.untouched, asked_of(call.query)
    by_officer = call.query.by is UntouchedBy.OFFICER
    read = untouched.by_officer if by_officer else untouched.read
    return report_shown(read(call.caller, query))


def asked_of(query: ReportQuery) -> PlaceQuery:
    """Name the rows that a query asks for."""
    return PlaceQuery(
        company=query.company, branch=query.branch, period=query.period, as_of=query.as_of
    )


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/reports/ageing",
        summary="Report amounts past due",
        handle=get_ageing,
        query=ReportQuery,
        answers=ReportShown,
        permission=Permission.REPORTS_READ,
    ),
    Endpoint(
        method="GET",
        path="/reports/balance",
        summary="Report the balance of branches",
        handle=get_balance,
        query=ReportQuery,
        answers=ReportShown,
        permission=Permission.REPORTS_READ,
    ),
    Endpoint(
        method="GET",
        path="/reports/untouched",
        summary="Report what was left lying",
        handle=get_untouched,
        query=UntouchedReportQuery,
        answers=ReportShown,
        permission=Permission.REPORTS_READ,
    ),
)
