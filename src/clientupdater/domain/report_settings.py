"""What settings of reports hold: days off, working hours and the thresholds of signals."""

from __future__ import annotations

import re
from datetime import date, time
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

PROMISE_GRACE_DAYS = "reports.promise_grace_days"
WORKING_HOURS = "reports.working_hours"
HOLIDAYS = "reports.holidays"

SIGNAL_RECORDS = "signals.records"
SIGNAL_MINUTES = "signals.minutes"
SIGNAL_SAME_REMARK = "signals.same_remark"
SIGNAL_LAST_DAY_PERCENT = "signals.last_day_percent"
SIGNAL_UNREACHABLE = "signals.unreachable"
SIGNAL_OUTCOME_FACTOR = "signals.outcome_factor"
SIGNAL_OUTCOME_RECORDS = "signals.outcome_records"
SIGNAL_FEWEST = "signals.fewest_records"

SIGNAL_THRESHOLDS: Mapping[str, tuple[str, int, int, str]] = {
    SIGNAL_RECORDS: (
        "20",
        1,
        10_000,
        "Records by one person within `signals.minutes` from which on a signal shows them.",
    ),
    SIGNAL_MINUTES: ("10", 1, 1440, "Minutes in which `signals.records` are counted."),
    SIGNAL_SAME_REMARK: (
        "10",
        2,
        10_000,
        "Records with the same remark by one person from which on a signal shows them.",
    ),
    SIGNAL_LAST_DAY_PERCENT: (
        "50",
        1,
        100,
        "The percentage of a person's records for a period on its last day, for a signal.",
    ),
    SIGNAL_UNREACHABLE: (
        "5",
        1,
        10_000,
        "Outcomes NOT_REACHABLE by one person, on rows without any follow-up, for a signal.",
    ),
    SIGNAL_OUTCOME_FACTOR: (
        "3",
        2,
        100,
        "How many times the usual share of an outcome a person's share has to be for a signal.",
    ),
    SIGNAL_OUTCOME_RECORDS: (
        "5",
        2,
        10_000,
        "Records of one outcome by one person below which its share is not compared.",
    ),
    SIGNAL_FEWEST: (
        "20",
        1,
        10_000,
        "Records of a person below which no share is compared.",
    ),
}
"""The default of each, the least and the most that it may be, and what it means."""

_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")


@frozen
class WorkingHours:
    """The time of day from which, and before which, people work."""

    start: time
    end: time


def working_hours(text: str) -> WorkingHours | None:
    """Read hours such as 08:00-18:00; None for any other text."""
    match = _HOURS.fullmatch(text)
    if match is None:
        return None
    first, first_minute, last, last_minute = map(int, match.groups())
    hours = WorkingHours(time(first, first_minute), time(last, last_minute))
    return hours if hours.start < hours.end else None


def holidays(text: str) -> frozenset[date] | None:
    """Read days separated by commas or spaces; None for any other text."""
    try:
        return frozenset(date.fromisoformat(each) for each in re.split(r"[,\s]+", text) if each)
    except ValueError:
        return None
