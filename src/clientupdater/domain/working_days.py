"""Weekends and holidays, which count neither against pace nor as untouched days (R12)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set

_SATURDAY = 5


def is_working_day(day: date, holidays: Set[date] = frozenset()) -> bool:
    """Whether people work on it."""
    return day.weekday() < _SATURDAY and day not in holidays


def working_days(first: date, last: date, holidays: Set[date] = frozenset()) -> tuple[date, ...]:
    """List the working days from the first day to the last, both included."""
    days = (first + timedelta(n) for n in range((last - first).days + 1))
    return tuple(day for day in days if is_working_day(day, holidays))
