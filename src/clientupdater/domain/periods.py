"""Months and quarters of the business calendar, and when to write to them (P1, P2, P7, P8)."""

from __future__ import annotations

import re
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.errors import InvalidPeriod

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from attrs import Attribute

FIRST_YEAR, LAST_YEAR = 2000, 2199
"""Years the software knows; a year outside them is a typing error, not a period."""


EVENING = 20
"""The hour of the last day from which the next period is opened (P4)."""


class Cycle(StrEnum):
    """How often a client must be reached, as the product sets it (P2)."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"

    @property
    def months(self) -> int:
        """How many months one period of this cycle lasts."""
        return 1 if self is Cycle.MONTHLY else 3


def _known_year(_: object, __: Attribute[int], year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidPeriod.of("/period", f"years run from {FIRST_YEAR} to {LAST_YEAR}, not {year}")


def _within_year(period: Period, __: Attribute[int], number: int) -> None:
    last = 12 // period.cycle.months
    if not 1 <= number <= last:
        kind = "month" if period.cycle is Cycle.MONTHLY else "quarter"
        raise InvalidPeriod.of("/period", f"a {kind} runs from 1 to {last}, not {number}")


@frozen(order=False)
class Period:
    """A month (2026-11) or a calendar quarter (2026-Q4)."""

    cycle: Cycle
    year: int = field(validator=_known_year)
    number: int = field(validator=_within_year)

    @classmethod
    def month(cls, year: int, month: int) -> Period:
        """Name a month."""
        return cls(Cycle.MONTHLY, year, month)

    @classmethod
    def quarter(cls, year: int, quarter: int) -> Period:
        """Name a calendar quarter."""
        return cls(Cycle.QUARTERLY, year, quarter)

    @classmethod
    def containing(cls, day: date, cycle: Cycle) -> Period:
        """Find the period of this cycle that a day lies in."""
        return _of_month(cycle, day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read the one text form that every interface reads and prints."""
        return _parsed(text)

    def __str__(self) -> str:
        """Print what parse reads."""
        if self.cycle is Cycle.MONTHLY:
            return f"{self.year:04}-{self.number:02}"
        return f"{self.year:04}-Q{self.number}"

    @property
    def first_day(self) -> date:
        """The day it begins."""
        return date(self.year, (self.number - 1) * self.cycle.months + 1, 1)

    @property
    def last_day(self) -> date:
        """The day it ends, itself included."""
        last_month = self.number * self.cycle.months
        return _first_of_next_month(date(self.year, last_month, 1)) - timedelta(days=1)

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first_day <= day <= self.last_day

    @property
    def next(self) -> Period:
        """The one that follows."""
        return Period.containing(self.last_day + timedelta(days=1), self.cycle)

    @property
    def previous(self) -> Period:
        """The one before."""
        return Period.containing(self.first_day - timedelta(days=1), self.cycle)


_REMEMBERED = 1024
"""Periods that are made once: every request names some, and there are few."""


@lru_cache(_REMEMBERED)
def _of_month(cycle: Cycle, year: int, month: int) -> Period:
    return Period(cycle, year, (month - 1) // cycle.months + 1)


@lru_cache(_REMEMBERED)
def _parsed(text: str) -> Period:
    if match := _MONTH.fullmatch(text):
        return Period.month(int(match[1]), int(match[2]))
    if match := _QUARTER.fullmatch(text):
        return Period.quarter(int(match[1]), int(match[2]))
    raise InvalidPeriod.of("/period", "write a month as 2026-11 or a quarter as 2026-Q4")


_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_QUARTER = re.compile(r"([0-9]{4})-Q([0-9])")


def _first_of_next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def business_day(moment: datetime, zone: tzinfo) -> date:
    """Return the business day of a moment; the machine's own date is never used (P1)."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone is no moment")
    try:
        return moment.astimezone(zone).date()
    except OverflowError:  # the first or the last day that there is
        return moment.date()


class Window(StrEnum):
    """Whether a period can be written to on a day (P7)."""

    NOT_BEGUN = "not_begun"
    RUNNING = "running"
    BACKDATING = "backdating"
    CLOSED = "closed"

    @property
    def is_open(self) -> bool:
        """Whether writing needs no right to correct."""
        return self in {Window.RUNNING, Window.BACKDATING}


def window(period: Period, today: date, backdating_days: int) -> Window:
    """Work out the window: open while the period runs and for some days after, then closed (P7).

    Only the period just before the running one has backdating days, however many they are.
    """
    if today < period.first_day:
        return Window.NOT_BEGUN
    if today in period:
        return Window.RUNNING
    if today in period.next and today <= last_writing_day(period, backdating_days):
        return Window.BACKDATING
    return Window.CLOSED


def last_writing_day(period: Period, backdating_days: int) -> date:
    """Return the last day on which a call for this period can have been made (P7, P8)."""
    return period.last_day + timedelta(days=backdating_days)


def due_for_opening(moment: datetime, zone: tzinfo) -> tuple[Period, ...]:
    """List the periods that should have rows by now (P4).

    The running ones, and from the evening before also those that begin tomorrow.
    """
    today = business_day(moment, zone)
    running = [Period.containing(today, cycle) for cycle in Cycle]
    if moment.astimezone(zone).hour < EVENING:
        return tuple(running)
    return (*running, *(period.next for period in running if period.last_day == today))


def cycle_takes_effect(changed_on: date) -> date:
    """Return the day from which a changed cycle opens rows: the next month's first (P2)."""
    return _first_of_next_month(changed_on)
