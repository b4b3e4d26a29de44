"""Reports and the dashboard."""

from __future__ import annotations

from typing import Annotated

from attrs import frozen

from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.contract import Call, Endpoint
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.routes.clients import Code
from clientupdater.entrypoints.http.routes.reports import AsOf
from clientupdater.entrypoints.report_shapes import PaceShown, ReportShown, pace_shown, report_shown
from clientupdater.entrypoints.structuring import Integer
from clientupdater.ports.reports import (
    MOST_PERIODS,
    CompletionBy,
    CompletionQuery,
    CompletionView,
    DashboardQuery,
    PaceQuery,
    TrendQuery,
)


@frozen(kw_only=True)
class PeriodReportQuery:
    """The company and period of a report."""

    company: Code
    period: Period
    as_of: AsOf = None


@frozen(kw_only=True)
class CompletionReportQuery(PeriodReportQuery):
    """What a completion report counts, and by what."""

    by: Annotated[CompletionBy, About("What each row stands for.", "branch")] = CompletionBy.BRANCH
    view: Annotated[
        CompletionView,
        About(
            "`obligation`: of the branch and officer that have the client. `credit`: of the branch"
            " and person that recorded it.",
            "obligation",
        ),
    ] = CompletionView.OBLIGATION


@frozen(kw_only=True)
class TrendReportQuery(PeriodReportQuery):
    """The last period of a trend, and how many."""

    periods: Annotated[Annotated[int, Integer(1, MOST_PERIODS)], About("How many periods.", 12)] = (
        12
    )


def get_dashboard(call: Call) -> ReportShown:
    """Show where a period stands: a row for each status; in all, how many are done, reached,
    confirmed, terminal, exempt, and have a payment. Each figure has the filter that lists its rows.
    """
    params: PeriodReportQuery = call.query
    query = DashboardQuery(company=params.company, period=params.period, as_of=params.as_of)
    return report_shown(call.app.reports.dashboard.read(call.caller, query))


def report_completion(call: Call) -> ReportShown:
    """Count what is done, reached and confirmed of a period's rows that are not exempt."""
    params: CompletionReportQuery = call.query
    query = CompletionQuery(
        company=params.company,
        period=params.period,
        by=params.by,
        view=params.view,
        as_of=params.as_of,
    )
    return report_shown(call.app.reports.completion.read(call.caller, query))


def report_pace(call: Call) -> PaceShown:
    """Show the share done by each working day, beside the same day of the last three periods, and
    between which shares the period is expected to end.
    """
    params: PeriodReportQuery = call.query
    query = PaceQuery(company=params.company, period=params.period, as_of=params.as_of)
    return pace_shown(call.app.reports.pace.read(call.caller, query))


def report_trend(call: Call) -> ReportShown:
    """Show the rates of a period and of those before it, the oldest first. The totals are those of
    the last period.
    """
    params: TrendReportQuery = call.query
    query = TrendQuery(
        company=params.company, period=params.period, periods=params.periods, as_of=params.as_of
    )
    return report_shown(call.app.reports.trend.read(call.caller, query))


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/dashboard/summary",
        summary="Show the dashboard",
        handle=get_dashboard,
        query=PeriodReportQuery,
        answers=ReportShown,
        permission=Permission.REPORTS_READ,
    ),
    Endpoint(
        method="GET",
        path="/reports/completion",
        summary="Report completion",
        handle=report_completion,
        query=CompletionReportQuery,
        answers=ReportShown,
        permission=Permission.REPORTS_READ,
    ),
    Endpoint(
        method="GET",
        path="/reports/pace",
        summary="Report the pace of a period",
        handle=report_pace,
        query=PeriodReportQuery,
        answers=PaceShown,
        permission=Permission.REPORTS_READ,
    ),
    Endpoint(
        method="GET",
        path="/reports/trend",
        summary="Report the trend of rates",
        handle=report_trend,
        query=TrendReportQuery,
        answers=ReportShown,
        permission=Permission.REPORTS_READ,
    ),
)
