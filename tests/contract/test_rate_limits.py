"""Rate limits, the same in every store."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import redis

from clientupdater.domain.rate_limits import Activity, Allowance, Allowances, Requester, Tally
from clientupdater.usecases.requests.rate_limits import AdmitRequest
from tests.support.rate_limit_fixture import KINDS, Counter, counter
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = Allowance("of a day", 5, timedelta(days=1), outlives_us=True)
SECOND = Allowance("of a second", 1, timedelta(seconds=1), outlives_us=True)
ANA = ("203.0.113.7", "ana@example.com")
BEN = ("203.0.113.7", "ben@example.com")


@pytest.fixture(params=KINDS)
def counting(request: pytest.FixtureRequest) -> Iterator[Counter]:
    """Give one store after the other."""
    with counter(request.param, request) as opened:
        yield opened


def test_as_many_hits_pass_as_the_allowance_has(counting: Counter) -> None:
    verdicts = [counting.limits.hit(Tally(DAY, ANA)) for _ in range(8)]
    assert [verdict.allowed for verdict in verdicts] == [True] * 5 + [False] * 3
    assert [verdict.remaining for verdict in verdicts] == [4, 3, 2, 1, 0, 0, 0, 0]
    assert {verdict.limit for verdict in verdicts} == {5}


def test_a_refusal_says_when_to_try_again(counting: Counter) -> None:
    for _ in range(5):
        counting.limits.hit(Tally(DAY, ANA))
    verdict = counting.limits.hit(Tally(DAY, ANA))
    day = int(DAY.window.total_seconds())
    # A fifth of them has faded from the next window when a fifth of it has passed.
    assert 1 <= verdict.retry_after <= day + day // 5 + 1
    assert 0 < verdict.reset_at - time.time() <= 2 * day + 1


def test_a_refused_hit_is_not_counted(counting: Counter) -> None:
    for _ in range(5):
        counting.limits.hit(Tally(DAY, ANA))
    first, *_, last = (counting.limits.hit(Tally(DAY, ANA)) for _ in range(20))
    assert last.retry_after <= first.retry_after
    assert last.reset_at - first.reset_at <= 1


def test_each_caller_and_each_allowance_is_counted_apart(counting: Counter) -> None:
    other = Allowance("another of a day", 5, timedelta(days=1), outlives_us=True)
    for _ in range(6):
        counting.limits.hit(Tally(DAY, ANA))
    assert not counting.limits.hit(Tally(DAY, ANA)).allowed
    assert counting.limits.hit(Tally(DAY, BEN)).allowed
    assert counting.limits.hit(Tally(other, ANA)).allowed
    assert counting.limits.hit(Tally(DAY, ("203.0.113.7ana@example.com",))).allowed


def test_a_hit_passes_again_after_the_window(counting: Counter) -> None:
    tally = Tally(SECOND, ANA)
    assert counting.limits.hit(tally).allowed
    wait_until(lambda: counting.limits.hit(tally).allowed)


def test_no_more_hits_pass_at_once_than_are_allowed(counting: Counter) -> None:
    def come(_: int) -> bool:
        return counting.limits.hit(Tally(DAY, ANA)).allowed

    with ThreadPoolExecutor(8) as crowd:
        assert sum(crowd.map(come, range(40))) == 5


def test_a_store_does_not_show_whose_counts_it_has(counting: Counter) -> None:
    for _ in range(2):
        counting.limits.hit(Tally(DAY, ANA))
    written = counting.written()
    assert len(written) > 20
    for part in ("203.0.113", "ana@", "example"):
        assert part not in written


def test_redis_counts_the_same_share_of_the_last_window_as_the_domain(
    request: pytest.FixtureRequest, redis_url: str
) -> None:
    day = 24 * 3600 * 1000
    with counter("redis", request) as result, redis.Redis.from_url(redis_url) as server:
        for _ in range(5):
            result.limits.hit(Tally(DAY, ANA))
        (running,) = server.scan_iter("*")
        server.pexpire(running, day + 600_000)
        # It rolls in ten minutes, and then all but a moment's share of five is one too many.
        assert result.limits.hit(Tally(DAY, ANA)).retry_after in {600, 601}
        server.pexpire(running, day // 2)
        # It rolled half a day ago: half of five, rounded down, still counts.
        verdicts = [result.limits.hit(Tally(DAY, ANA)) for _ in range(4)]
    assert [verdict.allowed for verdict in verdicts] == [True, True, True, False]
    assert [verdict.remaining for verdict in verdicts] == [2, 1, 0, 0]
    # Two of five count until less than 2 / 5 of a day is left of the window.
    assert verdicts[-1].retry_after in range(day // 10_000 - 60, day // 10_000 + 2)


def test_a_lone_surrogate_is_counted_like_other_text(counting: Counter) -> None:
    assert counting.limits.hit(Tally(DAY, ("\udc00",))).remaining == 4
    assert counting.limits.hit(Tally(DAY, ("\udc00",))).remaining == 3


def test_U3_hammering_at_one_account_does_not_use_up_the_allowance_of_its_address(
    counting: Counter,
) -> None:
    admit = AdmitRequest(counting.limits, Allowances.of(read=1, write=1, export=1, sign_in=2))
    hammered = Requester("203.0.113.7", email="ana@example.com")
    tried = []
    for _ in range(60):
        tried.append(admit(Activity.SIGN_IN, hammered).allowed)
        if tried[-1]:
            admit.failed(Activity.SIGN_IN, hammered)
    assert tried == [True, True] + [False] * 58
    assert admit(Activity.SIGN_IN, Requester("203.0.113.7", email="ben@example.com")).allowed


def test_U3_a_successful_sign_in_uses_up_no_allowance_for_failures(counting: Counter) -> None:
    admit = AdmitRequest(counting.limits, Allowances.of(read=1, write=1, export=1, sign_in=2))
    ana = Requester("203.0.113.7", email="ana@example.com")
    assert all(admit(Activity.SIGN_IN, ana).allowed for _ in range(10))
    assert admit.failed(Activity.SIGN_IN, ana).remaining == 1
    assert admit(Activity.SIGN_IN, ana).allowed


def test_a_look_counts_nothing(counting: Counter) -> None:
    looks = [counting.limits.look(Tally(DAY, ANA)) for _ in range(8)]
    assert {(look.allowed, look.remaining) for look in looks} == {(True, 5)}
    for _ in range(5):
        counting.limits.hit(Tally(DAY, ANA))
    refused = counting.limits.look(Tally(DAY, ANA))
    assert (refused.allowed, refused.remaining) == (False, 0)
    assert refused.retry_after >= 1


def test_U3_one_address_cannot_try_every_account(counting: Counter) -> None:
    admit = AdmitRequest(counting.limits, Allowances.of(read=1, write=1, export=1, sign_in=1))
    tried = [
        admit(Activity.SIGN_IN, Requester("203.0.113.7", email=f"{each}@example.com"))
        for each in range(22)
    ]
    assert [verdict.allowed for verdict in tried] == [True] * 20 + [False] * 2
    assert tried[-1].allowance.name == "sign_in_address"
    assert admit(Activity.SIGN_IN, Requester("203.0.113.8", email="0@example.com")).allowed
