"""The days on which people work: neither weekends nor holidays (R12)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_SATURDAY = 5


def is_working_day(day: date, holidays: Collection[date] = ()) -> bool:
    """Whether people work on this day."""
    return day.weekday() < _SATURDAY and day not in holidays


def working_days(first: date, last: date, holidays: Collection[date] = ()) -> tuple[date, ...]:
    """List the working days from the first day to the last, both included."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple(day for day in days if is_working_day(day, holidays))
