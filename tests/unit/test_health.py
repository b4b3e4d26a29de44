"""A check answers within its time, whatever it waits for."""

from __future__ import annotations

import threading

from clientupdater.adapters.resilience.time_limit import CheckWithTimeLimit
from clientupdater.ports.health import Health

WELL = Health("thing", ok=True, found="there")


class Hanging:
    """Hangs until it is let go, and counts how often it was asked."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.asked = 0

    def __call__(self) -> Health:
        self.asked += 1
        self.let_go.wait()
        return WELL


def test_an_answer_is_passed_on() -> None:
    assert CheckWithTimeLimit("thing", lambda: WELL, patience=5)() == WELL


def test_a_hanging_check_is_unhealthy_and_runs_once_for_all_callers() -> None:
    hanging = Hanging()
    check = CheckWithTimeLimit("thing", hanging, patience=0.01)
    assert [check().ok, check().ok, check().ok] == [False, False, False]
    assert hanging.asked == 1
    hanging.let_go.set()


def test_a_service_that_answers_again_is_healthy_again() -> None:
    hanging = Hanging()
    check = CheckWithTimeLimit("thing", hanging, patience=0.01)
    assert not check().ok
    hanging.let_go.set()
    check.patience = 5
    assert check() == WELL


def test_a_check_that_raises_is_unhealthy() -> None:
    def break_down() -> Health:
        raise ZeroDivisionError

    result = CheckWithTimeLimit("thing", break_down, patience=5)()
    assert (result.ok, result.found) == (False, "the check itself failed: ZeroDivisionError")
