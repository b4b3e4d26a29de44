"""How often a caller may come, and by what they are counted."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clientupdater.domain.ids import PersonId
from clientupdater.domain.rate_limits import (
    ADDRESS_SHARE,
    SECOND,
    Activity,
    Allowance,
    Allowances,
    Count,
    Requester,
    Verdict,
    counted_at,
    strictest,
)

ALL = Allowances()
ANA = Requester("203.0.113.7", PersonId(uuid4()))
NOW = 1_795_000_000 * SECOND

spans = st.sampled_from([1, 7, 60, 300])
amounts = st.integers(1, 200)
addresses = st.sampled_from(
    ["203.0.113.7", "203.0.113.8", "2001:db8::", "2001:db8:0:1::", "at home"]
)
emails = st.sampled_from(
    ["ana@example.com", " Ana@Example.com", "ben@example.com", "", "203.0.113.7"]
)


@st.composite
def counts(draw: st.DrawFn) -> tuple[Allowance, Count]:
    allowance = Allowance("any", draw(amounts), timedelta(seconds=draw(spans)))
    before, running = draw(st.integers(0, 300)), draw(st.integers(0, 300))
    return allowance, Count(before, running, draw(st.integers(1, allowance.span)))


def later(allowance: Allowance, count: Count, passed: int) -> Count:
    """Look at the same hits when so many microseconds have passed and none was added."""
    now = allowance.span - count.rolls_in
    return counted_at(now + passed, allowance.span, 0, count.running, count.before)


# --- by what one is counted


def test_a_signed_in_caller_is_counted_by_person_from_any_address() -> None:
    elsewhere = Requester("198.51.100.1", ANA.person)
    for activity in (Activity.READ, Activity.WRITE, Activity.EXPORT):
        assert ALL.tallies(activity, ANA) == ALL.tallies(activity, elsewhere)


def test_an_unauthenticated_caller_is_counted_by_address() -> None:
    here, there = Requester("203.0.113.7"), Requester("203.0.113.8")
    assert ALL.tallies(Activity.READ, here) == ALL.tallies(Activity.READ, Requester("203.0.113.7"))
    assert ALL.tallies(Activity.READ, here) != ALL.tallies(Activity.READ, there)
    assert ALL.tallies(Activity.READ, here) != ALL.tallies(Activity.READ, ANA)


def test_a_household_of_newer_addresses_counts_as_one_and_a_mapped_one_as_what_it_is() -> None:
    def by(address: str | None) -> tuple[str, ...]:
        return ALL.tallies(Activity.READ, Requester(address))[0].of

    assert by("2001:db8:1:2::1") == by("2001:db8:1:2:ffff::9")
    assert by("2001:db8:1:2::1") != by("2001:db8:1:3::1")
    assert by("::ffff:203.0.113.7") == by("203.0.113.7")
    assert by(None) == by("")
    assert by("a socket") != by("another")


def test_U3_attempts_count_by_address_and_email_together_and_widely_by_address() -> None:
    pair, address = ALL.tallies(
        Activity.SIGN_IN, Requester("203.0.113.7", email="Ana@Example.com ")
    )
    assert (pair.allowance.amount, address.allowance.amount) == (5, 5 * ADDRESS_SHARE)
    same = ALL.tallies(Activity.SIGN_IN, Requester("203.0.113.7", email="ana@example.com"))
    assert same == (pair, address)
    other_pair, same_address = ALL.tallies(
        Activity.SIGN_IN, Requester("203.0.113.7", email="b@c.d")
    )
    assert other_pair != pair
    assert same_address == address
    elsewhere = ALL.tallies(Activity.SIGN_IN, Requester("203.0.113.8", email="ana@example.com"))
    assert pair not in elsewhere
    assert address not in elsewhere


@given(addresses, emails, addresses, emails)
def test_U3_two_attempts_share_a_count_exactly_where_they_share_what_it_is_of(
    here: str, mine: str, there: str, theirs: str
) -> None:
    """By address and email together, and by address."""
    first = ALL.tallies(Activity.SIGN_IN, Requester(here, email=mine))
    second = ALL.tallies(Activity.SIGN_IN, Requester(there, ANA.person, theirs))
    assert (first[1] == second[1]) == (here == there)
    same_email = mine.strip().lower() == theirs.strip().lower()
    assert (first[0] == second[0]) == (here == there and same_email)
    assert first[0] not in second[1:]


@given(st.sampled_from([each for each in Activity if each is not Activity.SIGN_IN]), addresses)
def test_the_email_counts_only_for_sign_in(activity: Activity, address: str) -> None:
    result = Requester(address, email="ana@example.com")
    assert ALL.tallies(activity, result) == ALL.tallies(activity, Requester(address))
    assert len(ALL.tallies(activity, result)) == 1


def test_what_keeps_guessers_and_takers_out_outlives_us_and_the_rest_need_not() -> None:
    for activity in Activity:
        outlives = {each.allowance.outlives_us for each in ALL.tallies(activity, ANA)}
        assert outlives == {activity in {Activity.EXPORT, Activity.SIGN_IN}}


def test_a_requester_and_their_counters_stay_out_of_logs() -> None:
    requester = Requester("203.0.113.7", email="ana@example.com")
    for item in (repr(requester), repr(ALL.tallies(Activity.SIGN_IN, requester))):
        assert "203.0" not in item
        assert "ana@" not in item


def test_the_amounts_are_what_was_set() -> None:
    own = Allowances.of(read=1, write=2, export=3, sign_in=4)
    items = [(each.amount, each.window) for each in (own.read, own.write, own.export, own.sign_in)]
    minute = timedelta(minutes=1)
    assert items == [(1, minute), (2, minute), (3, 5 * minute), (4, 5 * minute)]
    assert Allowances.of(read=100, write=30, export=5, sign_in=5) == ALL


# --- what follows from a count


@given(counts())
def test_there_is_room_exactly_while_less_is_used_than_there_is(
    given_: tuple[Allowance, Count],
) -> None:
    allowance, count = given_
    share = count.before * count.rolls_in / allowance.span
    assert count.used(allowance.span) == pytest.approx(share + count.running, abs=1)
    assert count.has_room(allowance) == (count.used(allowance.span) < allowance.amount)


@given(counts())
@example((Allowance("any", 5, timedelta(seconds=60)), Count(0, 5, 1)))
@example((Allowance("any", 1, timedelta(seconds=1)), Count(2, 0, SECOND)))
def test_retry_after_is_long_enough_and_not_a_second_too_long(
    given_: tuple[Allowance, Count],
) -> None:
    allowance, count = given_
    wait = count.verdict(allowance, NOW, allowed=False).retry_after
    assert wait >= 1
    assert later(allowance, count, wait * SECOND).has_room(allowance)
    if wait > 1:
        assert not later(allowance, count, (wait - 1) * SECOND).has_room(allowance)


@given(counts())
def test_at_the_reset_all_of_it_is_free_again(given_: tuple[Allowance, Count]) -> None:
    allowance, count = given_
    reset = count.verdict(allowance, NOW, allowed=True).reset_at * SECOND - NOW
    assert later(allowance, count, reset).used(allowance.span) == 0


@given(counts())
def test_what_remains_is_how_many_more_may_come_at_this_moment(
    given_: tuple[Allowance, Count],
) -> None:
    allowance, count = given_
    remaining = count.verdict(allowance, NOW, allowed=True).remaining
    for _ in range(remaining):
        assert count.has_room(allowance)
        count = count.after_one_more()
    assert not count.has_room(allowance)


@given(spans, amounts, st.lists(st.integers(0, 200_000_000), max_size=150))
def test_no_window_wherever_it_begins_holds_more_than_twice_what_is_allowed(
    seconds: int, amount: int, gaps: list[int]
) -> None:
    """A share of the last window stands for where its hits were: that is how far it is off."""
    allowance = Allowance("any", amount, timedelta(seconds=seconds))
    now, window, running, before, admitted = NOW, 0, 0, 0, list[int]()
    for gap in gaps:
        now += gap % (allowance.span // 3)
        count = counted_at(now, allowance.span, window, running, before)
        if count.has_room(allowance):
            count = count.after_one_more()
            admitted.append(now)
        window, running, before = now // allowance.span, count.running, count.before
    for start in admitted:
        within = [each for each in admitted if start <= each < start + allowance.span]
        assert len(within) <= 2 * amount


def test_numbers_of_long_ago_count_for_nothing_and_those_of_the_last_window_count_as_before() -> (
    None
):
    assert counted_at(5 * 60 + 20, 60, 5, 3, 4) == Count(4, 3, 40)
    assert counted_at(6 * 60 + 20, 60, 5, 3, 4) == Count(3, 0, 40)
    assert counted_at(7 * 60 + 20, 60, 5, 3, 4) == Count(0, 0, 40)


# --- which decides


def verdict(*, allowed: bool, remaining: int = 0, retry_after: int = 1) -> Verdict:
    return Verdict(ALL.read, allowed, remaining, NOW, retry_after)


def test_of_several_a_refusal_decides_the_longest_first_and_else_what_is_nearest_to_one() -> None:
    far, near = verdict(allowed=True, remaining=90), verdict(allowed=True, remaining=1)
    short, long = verdict(allowed=False), verdict(allowed=False, retry_after=200)
    assert strictest([far, near]) is near
    assert strictest([near, short]) is short
    assert strictest([short, long, far]) is long
    assert near.limit == ALL.read.amount
