"""Counting in one process, by a clock that is set by hand."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from clientupdater.adapters.local.limits import MemoryRateLimits
from clientupdater.domain.rate_limits import SECOND, Allowance, Tally

if TYPE_CHECKING:
    from collections.abc import Iterator

MINUTE = Allowance("of a minute", 5, timedelta(minutes=1))


class TimedRequester:
    """A caller whose requests come at given seconds."""

    def __init__(self, most: int = 10) -> None:
        self.at = 0
        self.limits = MemoryRateLimits(most=most, now=lambda: self.at * SECOND)

    def admitted(self, at: int, times: int, who: str = "ana") -> int:
        """Come so many times; say how many were let in."""
        self.at = at
        tally = Tally(MINUTE, (who,))
        return sum(self.limits.hit(tally).allowed for _ in range(times))


def test_of_the_last_window_a_share_counts_and_of_the_one_before_it_nothing() -> None:
    requester = TimedRequester()
    assert requester.admitted(59, 9) == 5
    assert requester.admitted(90, 9) == 3  # half of five, rounded down, still counts
    assert requester.admitted(150, 9) == 4  # and now half of three
    assert requester.admitted(280, 9) == 5


def test_a_clock_that_is_set_back_frees_nothing() -> None:
    requester = TimedRequester()
    assert requester.admitted(61, 3) == 3
    assert requester.admitted(59, 1) == 1
    assert requester.admitted(61, 9) == 1


def test_the_oldest_caller_is_forgotten_first_so_that_memory_is_bounded() -> None:
    requester = TimedRequester(most=3)
    for who in ("ana", "ben", "cy"):
        assert requester.admitted(1, 4, who) == 4
    assert requester.admitted(1, 1, "ana") == 1
    assert requester.admitted(1, 4, "dee") == 4
    assert [requester.admitted(1, 1, who) for who in ("ana", "cy", "dee")] == [0, 1, 1]
    assert requester.admitted(1, 9, "ben") == 5


@pytest.fixture
def impatient_threads() -> Iterator[None]:
    """Let threads cut in wherever they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_threads_that_cut_in_on_each_other_are_no_more_than_are_allowed(
    impatient_threads: None,
) -> None:
    requester, outer_transaction = TimedRequester(), threading.Barrier(8)
    day = Allowance("of a day", 400, timedelta(days=1))

    def come(_: int) -> int:
        outer_transaction.wait(10)
        return sum(requester.limits.hit(Tally(day, ("ana",))).allowed for _ in range(200))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(come, range(8))) == 400
