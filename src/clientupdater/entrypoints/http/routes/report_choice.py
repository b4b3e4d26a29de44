"""A report that an export writes, chosen by the query of its own route."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import attrs
from attrs import field, frozen

from clientupdater.domain.errors import InvalidInput
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.routes import progress_reports, reports, staff_reports
from clientupdater.entrypoints.structuring import structured_words
from clientupdater.ports.exports import REPORT_QUERIES, ReportName, ReportRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.exports import ReportQuery

_SHAPES: Mapping[ReportName, type] = {
    ReportName.AGEING: reports.ReportQuery,
    ReportName.BALANCE: reports.ReportQuery,
    ReportName.COMPLETION: progress_reports.CompletionReportQuery,
    ReportName.DASHBOARD: progress_reports.PeriodReportQuery,
    ReportName.PACE: progress_reports.PeriodReportQuery,
    ReportName.SIGNALS: staff_reports.SignalListQuery,
    ReportName.STAFF: staff_reports.StaffReportQuery,
    ReportName.TREND: progress_reports.TrendReportQuery,
    ReportName.UNTOUCHED: reports.ReportQuery,
}
_ASKED: Mapping[ReportName, Callable[[Caller, Any], ReportQuery]] = {
    ReportName.SIGNALS: lambda _, params: staff_reports.signals_of(params),
    ReportName.STAFF: staff_reports.asked_of,
}
"""Of the reports whose queries name things otherwise than their routes."""


@frozen(kw_only=True)
class ReportChoice:
    """A report, and the query parameters that its route takes."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "name": "completion",
        "params": {"company": "FCASH", "period": "2026-11", "by": "officer"},
    }

    name: Annotated[
        ReportName,
        About("The last part of the report's path, such as completion.", "completion"),
    ]
    params: Annotated[
        dict[str, Any],
        About("The query parameters of the report's route, as texts.", {"company": "FCASH"}),
    ] = field(factory=dict)


def report_request(caller: Caller, choice: ReportChoice) -> ReportRequest:
    """Read the parameters as the report's route does."""
    words = {name: str(value) for name, value in choice.params.items()}
    try:
        params: Any = structured_words(words, _SHAPES[choice.name])
        asked = _ASKED.get(choice.name)
        query = asked(caller, params) if asked else _alike(choice.name, params)
    except InvalidInput as error:
        raise error.below("/report/params") from None
    return ReportRequest(name=choice.name, query=query)


def _alike(name: ReportName, params: Any) -> ReportQuery:
    return REPORT_QUERIES[name](**attrs.asdict(params, recurse=False))
