"""The days and hours on which made-up things happen."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.periods import Cycle, Period, business_day

if TYPE_CHECKING:
    from datetime import date, tzinfo
    from random import Random

FIRST_HOUR, LAST_HOUR = 8, 17
SUNDAY = 6
OPENING = {Cycle.MONTHLY: time(20, 0), Cycle.QUARTERLY: time(20, 30)}
"""When the evening before opens a period, as it is scheduled (P4)."""


@frozen
class Calendar:
    """The business's own days and hours up to now; nothing is made up beyond."""

    now: datetime
    zone: tzinfo

    @property
    def today(self) -> date:
        """The business day (P1)."""
        return business_day(self.now, self.zone)

    def periods(self, cycle: Cycle) -> tuple[Period, Period, Period]:
        """Name the running period of a cycle and the two before it, the oldest first."""
        running = Period.containing(self.today, cycle)
        return running.previous.previous, running.previous, running

    def opening(self, period: Period) -> datetime:
        """Name the moment at which a period is opened."""
        return self.at(period.first_day - timedelta(days=1), OPENING[period.cycle])

    def working_moment(self, rng: Random, day: date) -> datetime:
        """Pick a moment in working hours of a day, or of Monday where it is a Sunday."""
        seconds = rng.randrange((LAST_HOUR - FIRST_HOUR) * 3600)
        return self.at(working_day(day), time(FIRST_HOUR)) + timedelta(seconds=seconds)

    def at(self, day: date, hour: time) -> datetime:
        """Name an hour of a business day."""
        return datetime.combine(day, hour, self.zone)


def working_day(day: date) -> date:
    """Give the day itself, or the Monday after a Sunday."""
    return day + timedelta(days=1) if day.weekday() == SUNDAY else day
