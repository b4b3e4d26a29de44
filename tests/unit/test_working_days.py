"""Weekends and holidays count neither against pace nor as untouched days (R12)."""

from __future__ import annotations

from datetime import date

import pytest

from clientupdater.domain.report_settings import WorkingHours, holidays, working_hours
from clientupdater.domain.settings_values import KNOWN, check, effective
from clientupdater.domain.working_days import is_working_day, working_days

FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 11, day) for day in (6, 7, 8, 9))


def test_a_weekend_has_no_working_day_r12() -> None:
    assert [is_working_day(day) for day in (FRIDAY, SATURDAY, SUNDAY, MONDAY)] == [
        True,
        False,
        False,
        True,
    ]


def test_a_holiday_is_no_working_day_r12() -> None:
    assert not is_working_day(MONDAY, {MONDAY})


def test_working_days_are_listed_with_the_first_and_the_last_r12() -> None:
    assert working_days(FRIDAY, MONDAY) == (FRIDAY, MONDAY)
    assert working_days(FRIDAY, MONDAY, {MONDAY}) == (FRIDAY,)
    assert working_days(MONDAY, FRIDAY) == ()


def test_working_hours_are_two_times_the_earlier_one_first() -> None:
    hours = working_hours("08:30-17:00")
    assert isinstance(hours, WorkingHours)
    assert (hours.start.minute, hours.end.hour) == (30, 17)
    assert [working_hours(text) for text in ("", "8-17", "17:00-08:00", "24:00-25:00")] == [
        None
    ] * 4


def test_holidays_are_days_separated_by_spaces_or_commas() -> None:
    assert holidays("") == frozenset()
    assert holidays("2026-12-25, 2026-12-30") == frozenset({date(2026, 12, 25), date(2026, 12, 30)})
    assert holidays("Christmas") is None


@pytest.mark.parametrize("key", [key for key in KNOWN if key.startswith(("reports.", "signals."))])
def test_the_default_of_each_setting_of_reports_fits(key: str) -> None:
    assert check(key, KNOWN[key].default) == effective(key, {}, None)
