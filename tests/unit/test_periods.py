"""Months, quarters, and who may still write to them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clientupdater.domain.errors import InvalidPeriod
from clientupdater.domain.periods import (
    Cycle,
    Period,
    Window,
    business_day,
    cycle_takes_effect,
    due_for_opening,
    last_writing_day,
    window,
)

MANILA = ZoneInfo("Asia/Manila")
days = st.dates(date(2000, 4, 1), date(2199, 8, 31))
cycles = st.sampled_from(Cycle)
november = Period.month(2026, 11)
fourth_quarter = Period.quarter(2026, 4)


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2026-11", november),
        ("2026-Q4", fourth_quarter),
        ("2000-01", Period.month(2000, 1)),
        ("2199-12", Period.month(2199, 12)),
        ("2026-Q1", Period.quarter(2026, 1)),
    ],
)
def test_a_period_reads_and_prints_one_text_form(text: str, period: Period) -> None:
    assert Period.parse(text) == period
    assert str(period) == text


@pytest.mark.parametrize(
    "text",
    ["", "2026", "2026-1", "2026-111", "2026-q4", "2026/11", " 2026-11", "2026-11\n", "٢٠٢٦-11"],
)
def test_text_of_another_shape_is_refused_and_says_how_to_write_it(text: str) -> None:
    with pytest.raises(InvalidPeriod) as refused:
        Period.parse(text)
    assert str(refused.value) == "/period: write a month as 2026-11 or a quarter as 2026-Q4"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2026-00", "/period: a month runs from 1 to 12, not 0"),
        ("2026-13", "/period: a month runs from 1 to 12, not 13"),
        ("2026-Q0", "/period: a quarter runs from 1 to 4, not 0"),
        ("2026-Q5", "/period: a quarter runs from 1 to 4, not 5"),
        ("1999-12", "/period: years run from 2000 to 2199, not 1999"),
        ("2200-01", "/period: years run from 2000 to 2199, not 2200"),
    ],
)
def test_a_month_quarter_or_year_that_is_none_is_named(text: str, message: str) -> None:
    with pytest.raises(InvalidPeriod) as refused:
        Period.parse(text)
    assert str(refused.value) == message


def test_a_month_and_a_quarter_know_their_days() -> None:
    assert (november.first_day, november.last_day) == (date(2026, 11, 1), date(2026, 11, 30))
    assert fourth_quarter.first_day == date(2026, 10, 1)
    assert fourth_quarter.last_day == date(2026, 12, 31)
    assert Period.month(2028, 2).last_day == date(2028, 2, 29)
    assert Period.quarter(2026, 1).last_day == date(2026, 3, 31)


@pytest.mark.parametrize(
    ("day", "quarter"), [(1, 1), (3, 1), (4, 2), (6, 2), (7, 3), (9, 3), (10, 4), (12, 4)]
)
def test_each_month_lies_in_its_calendar_quarter(day: int, quarter: int) -> None:
    result = Period.containing(date(2026, day, 15), Cycle.QUARTERLY)
    assert result == Period.quarter(2026, quarter)


def test_periods_follow_one_another_across_the_year() -> None:
    assert Period.month(2026, 12).next == Period.month(2027, 1)
    assert Period.month(2027, 1).previous == Period.month(2026, 12)
    assert Period.quarter(2026, 4).next == Period.quarter(2027, 1)
    assert Period.quarter(2026, 1).previous == Period.quarter(2025, 4)


@given(days, cycles)
def test_the_period_containing_a_day_contains_it(day: date, cycle: Cycle) -> None:
    period = Period.containing(day, cycle)
    assert day in period
    assert day not in period.next
    assert day not in period.previous
    assert period.cycle is cycle


@given(days, cycles)
def test_period_arithmetic_and_text_make_a_round_trip(day: date, cycle: Cycle) -> None:
    period = Period.containing(day, cycle)
    assert period.next.previous == period
    assert period.previous.next == period
    assert Period.parse(str(period)) == period
    assert period.next.first_day == period.last_day + timedelta(days=1)


def test_only_a_day_lies_in_a_period() -> None:
    assert date(2026, 11, 1) in november
    assert date(2026, 11, 30) in november
    assert date(2026, 10, 31) not in november
    assert date(2026, 12, 1) not in november
    assert "2026-11-15" not in november


def test_P1_today_is_the_day_of_the_business_not_of_the_machine() -> None:
    moment = datetime(2026, 10, 31, 16, 0, tzinfo=UTC)
    assert business_day(moment, MANILA) == date(2026, 11, 1)
    assert business_day(moment - timedelta(seconds=1), MANILA) == date(2026, 10, 31)


def test_P1_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^a moment without a time zone is no moment$"):
        business_day(datetime(2026, 11, 1, 9, 0), MANILA)  # noqa: DTZ001 - the very mistake


@pytest.mark.parametrize(
    ("today", "stands"),
    [
        (date(2026, 10, 31), Window.NOT_BEGUN),
        (date(2026, 11, 1), Window.RUNNING),
        (date(2026, 11, 30), Window.RUNNING),
        (date(2026, 12, 1), Window.BACKDATING),
        (date(2026, 12, 5), Window.BACKDATING),
        (date(2026, 12, 6), Window.CLOSED),
        (date(2027, 12, 1), Window.CLOSED),
    ],
)
def test_P7_a_period_is_written_to_while_it_runs_and_five_days_after(
    today: date, stands: Window
) -> None:
    assert window(november, today, backdating_days=5) is stands


def test_P7_only_the_period_before_the_running_one_has_backdating_days() -> None:
    assert window(november, date(2026, 12, 31), backdating_days=60) is Window.BACKDATING
    assert window(november, date(2027, 1, 1), backdating_days=60) is Window.CLOSED


def test_P7_without_backdating_days_a_period_closes_with_its_last_day() -> None:
    assert window(november, date(2026, 11, 30), backdating_days=0) is Window.RUNNING
    assert window(november, date(2026, 12, 1), backdating_days=0) is Window.CLOSED


def test_P7_anyone_may_write_to_a_running_or_backdating_period_only() -> None:
    assert [stands for stands in Window if stands.is_open] == [Window.RUNNING, Window.BACKDATING]


def test_P8_the_last_day_for_a_call_is_the_last_backdating_day() -> None:
    assert last_writing_day(november, 5) == date(2026, 12, 5)
    assert last_writing_day(fourth_quarter, 0) == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("changed", "effective"),
    [
        (date(2026, 11, 1), date(2026, 12, 1)),
        (date(2026, 11, 30), date(2026, 12, 1)),
        (date(2026, 12, 31), date(2027, 1, 1)),
    ],
)
def test_P2_a_changed_cycle_takes_effect_at_the_next_months_start(
    changed: date, effective: date
) -> None:
    assert cycle_takes_effect(changed) == effective


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        (datetime(2026, 11, 15, 21, tzinfo=MANILA), ["2026-11", "2026-Q4"]),
        (datetime(2026, 11, 30, 19, 59, tzinfo=MANILA), ["2026-11", "2026-Q4"]),
        (datetime(2026, 11, 30, 20, 0, tzinfo=MANILA), ["2026-11", "2026-Q4", "2026-12"]),
        (datetime(2026, 11, 30, 12, 0, tzinfo=UTC), ["2026-11", "2026-Q4", "2026-12"]),
        (
            datetime(2026, 12, 31, 23, 59, tzinfo=MANILA),
            ["2026-12", "2026-Q4", "2027-01", "2027-Q1"],
        ),
        (datetime(2027, 1, 1, 0, 0, tzinfo=MANILA), ["2027-01", "2027-Q1"]),
    ],
)
def test_P4_a_period_is_due_for_opening_from_the_evening_before(
    moment: datetime, due: list[str]
) -> None:
    assert [str(period) for period in due_for_opening(moment, MANILA)] == due


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), date.min),
        (datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))), date.max),
    ],
)
def test_before_the_first_day_and_after_the_last_there_is_no_other(
    moment: datetime, day: date
) -> None:
    assert business_day(moment, UTC) == day
