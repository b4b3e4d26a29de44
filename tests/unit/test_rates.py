"""How far the work of a period has come, and whose work it was."""

from __future__ import annotations

from fractions import Fraction
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from clientupdater.domain.ids import BranchId
from clientupdater.domain.rates import Counts
from tests.support.recount import (
    Credit,
    RatedRow,
    Recorded,
    counts_of,
    credits_of,
    obligations,
)

NORTH, SOUTH = BranchId(UUID(int=1)), BranchId(UUID(int=2))
CALLED = Recorded("CALLED", None, NORTH)
MISSED = Recorded("DONE", "NOT_REACHABLE", NORTH)
CONFIRMED = Recorded("DONE", "CONFIRMED", NORTH)
PAID = Recorded("DONE", "FULLY_PAID", NORTH)

UNTOUCHED = RatedRow(NORTH, "PENDING")
ATTEMPTED = RatedRow(NORTH, "CALLED", recorded=(CALLED,))
UNREACHED = RatedRow(NORTH, "DONE", "NOT_REACHABLE", recorded=(MISSED,))
FINISHED = RatedRow(NORTH, "DONE", "FULLY_PAID", recorded=(PAID,))
SURE = RatedRow(NORTH, "DONE", "CONFIRMED", recorded=(CALLED, CONFIRMED))
EXEMPT = RatedRow(NORTH, "DONE", "CONFIRMED", is_exempt=True, recorded=(CONFIRMED,))


def test_R1_rates_are_over_the_rows_that_are_not_exempt() -> None:
    counts = counts_of([UNTOUCHED, ATTEMPTED, UNREACHED, FINISHED, SURE, EXEMPT])
    assert counts == Counts(denominator=5, done=3, contacted=3, confirmed=1)
    assert counts.completion == Fraction(3, 5)
    assert counts.contact == Fraction(3, 5)
    assert counts.confirmation == Fraction(1, 5)


def test_R1_each_rate_is_of_its_own() -> None:
    counts = Counts(denominator=7, done=4, contacted=5, confirmed=2)
    assert (counts.completion, counts.contact, counts.confirmation) == (
        Fraction(4, 7),
        Fraction(5, 7),
        Fraction(2, 7),
    )


def test_R1_counts_of_several_days_add_up_to_those_of_the_period() -> None:
    days = [Counts(denominator=7, done=4, contacted=5, confirmed=2), Counts(1, 0, 1, 0)]
    assert sum(days, Counts()) == Counts(denominator=8, done=4, contacted=6, confirmed=2)


def test_R1_where_there_is_nothing_to_do_there_is_no_rate() -> None:
    counts = counts_of([EXEMPT])
    assert counts == Counts(0, 0, 0, 0) == counts_of([])
    assert counts.completion is None
    assert counts.contact is None
    assert counts.confirmation is None


def test_R1_one_who_could_not_be_reached_is_completed_but_not_contacted() -> None:
    assert counts_of([UNREACHED]) == Counts(1, done=1, contacted=0, confirmed=0)


def test_R1_an_earlier_contact_counts_though_the_end_was_not_reachable() -> None:
    row = RatedRow(NORTH, "DONE", "NOT_REACHABLE", recorded=(CALLED, MISSED))
    assert counts_of([row]) == Counts(1, done=1, contacted=1, confirmed=0)


def test_R1_a_row_that_was_reopened_is_not_done_and_not_confirmed() -> None:
    row = RatedRow(NORTH, "CALLED", "CONFIRMED", recorded=(CALLED, CONFIRMED))
    assert counts_of([row]) == Counts(1, done=0, contacted=1, confirmed=0)


def test_R2_a_due_row_counts_for_the_branch_that_has_the_client_now() -> None:
    moved = RatedRow(SOUTH, "DONE", "CONFIRMED", recorded=(CALLED, CONFIRMED))
    assert obligations([moved, SURE, UNTOUCHED, EXEMPT]) == {
        SOUTH: Counts(1, 1, 1, 1),
        NORTH: Counts(2, 1, 1, 1),
    }


def test_R2_an_update_is_credited_to_the_branch_that_had_the_client_then() -> None:
    moved = RatedRow(
        SOUTH,
        "DONE",
        "CONFIRMED",
        recorded=(CALLED, Recorded("CALLED", None, SOUTH), Recorded("DONE", "CONFIRMED", SOUTH)),
    )
    assert credits_of([moved]) == {
        NORTH: Credit(done=0, contacted=1, confirmed=0),
        SOUTH: Credit(done=1, contacted=0, confirmed=1),
    }


def test_R2_of_several_ends_the_last_one_counts() -> None:
    again = RatedRow(
        SOUTH,
        "DONE",
        "CONFIRMED",
        recorded=(
            PAID,
            Recorded("DONE", "CONFIRMED", SOUTH),
        ),
    )
    assert credits_of([again]) == {NORTH: Credit(0, 1, 0), SOUTH: Credit(1, 0, 1)}


def test_R2_an_exempt_or_untouched_row_credits_no_branch() -> None:
    assert credits_of([EXEMPT, UNTOUCHED]) == {}
    reopened = RatedRow(NORTH, "CALLED", recorded=(MISSED,))
    assert credits_of([reopened]) == {}


def test_R2_credits_of_several_rows_add_up() -> None:
    assert credits_of([EXEMPT, SURE, FINISHED, UNREACHED, ATTEMPTED]) == {NORTH: Credit(3, 3, 1)}


branches = st.sampled_from([NORTH, SOUTH])
ends = st.builds(
    lambda branch, reason: Recorded("DONE", reason, branch),
    branches,
    st.sampled_from(["CONFIRMED", "NOT_REACHABLE", "DECEASED"]),
)
calls = st.builds(lambda branch: Recorded("CALLED", None, branch), branches)


@st.composite
def rows(draw: st.DrawFn) -> RatedRow:
    events = draw(st.lists(calls, max_size=2))
    end = draw(st.none() | ends)
    exempt = draw(st.booleans())
    if end is None:
        return RatedRow(draw(branches), "CALLED", None, exempt, tuple(events))
    return RatedRow(draw(branches), "DONE", end.reason, exempt, (*events, end))


@given(st.lists(rows(), max_size=8))
def test_R2_credits_and_obligations_add_up_to_the_same(found: list[RatedRow]) -> None:
    whole = counts_of(found)
    owed = obligations(found).values()
    given_to = credits_of(found).values()
    assert sum(each.denominator for each in owed) == whole.denominator
    for part in ("done", "contacted", "confirmed"):
        total = getattr(whole, part)
        assert sum(getattr(each, part) for each in owed) == total
        assert sum(getattr(each, part) for each in given_to) == total
