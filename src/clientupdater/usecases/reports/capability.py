"""Reports, each with figures that open into their rows (R3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from clientupdater.usecases.reports.ageing import Ageing
    from clientupdater.usecases.reports.balance import Balance
    from clientupdater.usecases.reports.completion import CompletionReport
    from clientupdater.usecases.reports.count_check import CountCheck
    from clientupdater.usecases.reports.dashboard import Dashboard
    from clientupdater.usecases.reports.pace import Pace
    from clientupdater.usecases.reports.past_clients import PastClients
    from clientupdater.usecases.reports.signals import Signals
    from clientupdater.usecases.reports.staff import Staff
    from clientupdater.usecases.reports.trend import Trend
    from clientupdater.usecases.reports.untouched import Untouched


@frozen(kw_only=True)
class Reports:
    """Reports, each of one company."""

    ageing: Ageing
    balance: Balance
    signals: Signals
    staff: Staff
    untouched: Untouched
    completion: CompletionReport
    count_check: CountCheck
    dashboard: Dashboard
    pace: Pace
    past_clients: PastClients
    trend: Trend
