"""Working days, and the pace of a period."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from clientupdater.domain.pace import EndRange, PeriodPace, expected_end
from clientupdater.domain.working_days import is_working_day, working_days

FIRST, SECOND, THIRD = date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 4)


def pace(denominator: int = 10, **done: int) -> PeriodPace:
    days = {"first": FIRST, "second": SECOND, "third": THIRD}
    done_on = {days[name]: rows for name, rows in done.items()}
    return PeriodPace(denominator=denominator, days=(FIRST, SECOND, THIRD), done_on=done_on)


def test_R12_weekends_and_holidays_are_no_working_days() -> None:
    assert not is_working_day(date(2026, 11, 1))
    assert not is_working_day(SECOND, {SECOND})
    assert working_days(date(2026, 10, 31), THIRD, {SECOND}) == (FIRST, THIRD)


def test_R7_the_share_grows_by_what_was_done_until_each_working_day() -> None:
    shares = [pace(first=1, third=4).share_at(day) for day in (1, 2, 3, 9)]
    assert shares == [Fraction(1, 10), Fraction(1, 10), Fraction(1, 2), Fraction(1, 2)]
    assert pace(denominator=0).share_at(1) is None
    assert pace(denominator=0).share_in_the_end is None


def test_R7_the_end_lies_between_what_past_periods_still_did() -> None:
    past = [pace(first=1, third=4), pace(second=9), pace(denominator=0)]
    assert expected_end(pace(first=2), 1, past) == EndRange(Fraction(6, 10), Fraction(1))


def test_R7_without_past_periods_the_work_goes_on_as_so_far() -> None:
    assert expected_end(pace(first=2), 1, []) == EndRange(Fraction(6, 10), Fraction(6, 10))


def test_R7_nothing_is_expected_before_the_first_working_day_or_of_no_rows() -> None:
    assert expected_end(pace(), 0, []) is None
    assert expected_end(pace(denominator=0), 1, []) is None
