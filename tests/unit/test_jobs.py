"""When work is tried again, who holds it, and when a schedule is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clientupdater.domain.errors import NotFound, Unavailable
from clientupdater.domain.jobs import (
    Firing,
    JobStatus,
    RetryPolicy,
    Schedule,
    Stopping,
    Verdict,
    after_failure,
    after_lost_lease,
    can_be_cancelled,
    can_be_retried,
    firing,
    is_lasting,
    may_claim,
    resumed,
)

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MOMENT = timedelta(microseconds=1)
POLICY = RetryPolicy(first=10 * SECOND, longest=60 * SECOND)


# --- retry


@pytest.mark.parametrize(
    ("attempt", "fraction", "seconds"),
    [
        (1, 0.0, 5),
        (1, 0.5, 7.5),
        (1, 1.0, 10),
        (2, 0.0, 10),
        (2, 1.0, 20),
        (3, 1.0, 40),
        (4, 0.0, 30),
        (4, 1.0, 60),
        (1000, 1.0, 60),
        (10**9, 0.0, 30),
    ],
)
def test_J1_each_failure_waits_twice_as_long_up_to_a_limit_half_of_it_by_chance(
    attempt: int, fraction: float, seconds: float
) -> None:
    assert POLICY.delay(attempt, fraction) == timedelta(seconds=seconds)


def test_J1_the_first_wait_is_ten_seconds_and_the_longest_an_hour_unless_set() -> None:
    assert RetryPolicy() == RetryPolicy(timedelta(seconds=10), timedelta(hours=1))


@given(
    st.integers(1, 200),
    st.floats(0, 1),
    st.timedeltas(SECOND, timedelta(hours=1)),
    st.timedeltas(SECOND, timedelta(days=30)),
)
def test_J1_a_delay_lies_between_half_and_the_whole_and_never_beyond_the_limit(
    attempt: int, fraction: float, first: timedelta, longest: timedelta
) -> None:
    policy = RetryPolicy(first, longest)
    whole = policy.delay(attempt, 1.0)
    assert whole / 2 - MOMENT <= policy.delay(attempt, fraction) <= whole <= longest
    assert whole <= policy.delay(attempt + 1, 1.0)


def test_J1_a_failure_is_tried_again_until_the_attempts_are_used_up() -> None:
    later = Verdict(JobStatus.PENDING, NOW + 20 * SECOND)
    assert after_failure(2, 3, NOW, 1.0, POLICY) == later
    assert after_failure(3, 3, NOW, 1.0, POLICY) == Verdict(JobStatus.DEAD, None)
    assert after_failure(4, 3, NOW, 1.0, POLICY) == Verdict(JobStatus.DEAD, None)


def test_J1_the_job_of_a_dead_worker_comes_back_soon_but_not_for_ever() -> None:
    assert after_lost_lease(1, 3, NOW, 0) == Verdict(JobStatus.PENDING, NOW + timedelta(seconds=2))
    assert after_lost_lease(1, 3, NOW, 1) == Verdict(JobStatus.PENDING, NOW + timedelta(seconds=4))
    assert after_lost_lease(2, 3, NOW, 1) == Verdict(JobStatus.PENDING, NOW + timedelta(seconds=8))
    assert after_lost_lease(3, 3, NOW, 0) == Verdict(JobStatus.DEAD, None)


def test_J1_a_person_can_retry_a_dead_job_and_cancel_one_that_is_not_over() -> None:
    assert {each for each in JobStatus if can_be_retried(each)} == {"dead", "failed"}
    assert {each for each in JobStatus if can_be_cancelled(each)} == {
        "pending",
        "held",
        "processing",
        "dead",
    }


def test_J1_a_job_has_one_of_these_states() -> None:
    message = "pending processing held completed failed dead cancelled"
    assert list(JobStatus) == message.split()


# --- schedules


def hourly(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


NINE, TEN = NOW.replace(minute=0), NOW.replace(hour=10, minute=0)


def test_J3_a_schedule_fires_when_its_time_has_come_and_not_before() -> None:
    schedule = Schedule(NINE - timedelta(hours=1), NINE)
    assert firing(schedule, hourly, NINE - MOMENT) is None
    fired = firing(schedule, hourly, NINE)
    assert fired == Firing(NINE, Schedule(last_run_at=NINE, next_run_at=TEN))


def test_J3_times_that_were_missed_fire_once_on_return() -> None:
    missed = Schedule(None, NOW - timedelta(days=3))
    fired = firing(missed, hourly, NOW)
    assert fired == Firing(NOW - timedelta(days=3), Schedule(NOW, TEN))
    assert firing(fired.schedule, hourly, NOW) is None


def test_J3_a_schedule_that_is_new_waits_for_its_next_time() -> None:
    assert Schedule().due_at(hourly, NOW) == TEN
    assert firing(Schedule(), hourly, NOW) is None


def test_J3_a_schedule_that_ran_but_lost_its_next_time_goes_on_from_its_last() -> None:
    assert Schedule(last_run_at=NINE - MOMENT).due_at(hourly, NOW) == NINE
    fired = firing(Schedule(last_run_at=NINE - MOMENT), hourly, NOW)
    assert fired == Firing(NINE, Schedule(NOW, TEN))


def test_J3_a_schedule_switched_on_again_makes_up_for_nothing() -> None:
    assert resumed(hourly, NOW) == Schedule(last_run_at=None, next_run_at=TEN)


@given(st.lists(st.timedeltas(timedelta(0), timedelta(days=2)), max_size=10))
def test_J3_no_due_time_fires_twice(waits: list[timedelta]) -> None:
    schedule, now = Schedule(None, NINE), NINE
    fired_for = []
    for wait in waits:
        now += wait
        fired = firing(schedule, hourly, now)
        if fired is not None:
            fired_for.append(fired.due_at)
            schedule = fired.schedule
    assert len(set(fired_for)) == len(fired_for)
    assert fired_for == sorted(fired_for)


# --- stopping


def test_J4_a_worker_asked_to_stop_takes_no_more() -> None:
    assert may_claim(None)
    assert not may_claim(Stopping(NOW, 30 * SECOND))


def test_J4_it_finishes_what_it_holds_within_its_grace_or_returns_it() -> None:
    stopping = Stopping(NOW, 30 * SECOND)
    assert stopping.time_left(NOW + 10 * SECOND) == 20 * SECOND
    assert stopping.time_left(NOW + 40 * SECOND) == timedelta(0)
    assert not stopping.must_return(NOW + 30 * SECOND - MOMENT)
    assert stopping.must_return(NOW + 30 * SECOND)


def test_J1_only_an_error_that_may_pass_by_itself_is_worth_another_try() -> None:
    assert is_lasting(NotFound())
    assert not is_lasting(Unavailable("the database"))
