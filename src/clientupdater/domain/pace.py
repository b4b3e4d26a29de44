"""How far the work of a period has come by each working day, and where its pace ends (R7, R12)."""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date


@frozen(kw_only=True)
class PeriodPace:
    """What of a period was done by when: rows that count, working days, rows done on each day."""

    denominator: int
    days: Sequence[date]
    done_on: Mapping[date, int]

    def done_until(self, day: date) -> int:
        """Count the rows that were done on this day or before."""
        dates = sorted(self.done_on)
        sums = [0, *accumulate(self.done_on[each] for each in dates)]
        return sums[bisect_right(dates, day)]

    def share_at(self, working_day: int) -> Fraction | None:
        """The share done by a working day, counted from 1; the last one stands for later ones."""
        if not self.denominator or not self.days:
            return None
        day = self.days[min(working_day, len(self.days)) - 1]
        return Fraction(self.done_until(day), self.denominator)

    @property
    def share_in_the_end(self) -> Fraction | None:
        """The share done at all, late recordings included."""
        done = sum(self.done_on.values())
        return Fraction(done, self.denominator) if self.denominator else None


@frozen
class EndRange:
    """The shares between which a period is expected to end."""

    low: Fraction
    high: Fraction


def expected_end(
    current: PeriodPace, working_day: int, past: Sequence[PeriodPace]
) -> EndRange | None:
    """Add what past periods still did after the same working day; without any, go on as so far."""
    share = current.share_at(working_day)
    if share is None or working_day < 1:
        return None
    rests = (_rest(each, working_day) for each in past)
    ends = [_at_most_all(share + rest) for rest in rests if rest is not None]
    if not ends:
        ends = [_at_most_all(share * Fraction(max(len(current.days), working_day), working_day))]
    return EndRange(min(ends), max(ends))


def _rest(past: PeriodPace, working_day: int) -> Fraction | None:
    then, end = past.share_at(working_day), past.share_in_the_end
    return None if then is None or end is None else end - then


def _at_most_all(share: Fraction) -> Fraction:
    return min(share, Fraction(1))
