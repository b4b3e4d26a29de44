"""Reports and the dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from clientupdater.usecases.reports.completion import CompletionReport
    from clientupdater.usecases.reports.dashboard import Dashboard
    from clientupdater.usecases.reports.pace import Pace
    from clientupdater.usecases.reports.trend import Trend


@frozen(kw_only=True)
class Reports:
    """Reports and the dashboard."""

    completion: CompletionReport
    dashboard: Dashboard
    pace: Pace
    trend: Trend
