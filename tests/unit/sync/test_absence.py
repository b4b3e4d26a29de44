"""Who is no longer delivered, and what keeps a bad delivery from doing harm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from clientupdater.domain.sync.absence import (
    Completeness,
    Fate,
    FetchSummary,
    Presence,
    fate,
    reappears,
)
from clientupdater.domain.sync.fields import Source
from clientupdater.domain.sync.guard import Guard, held_companies

SNOWFLAKE, NEXTBANK, CSV = Source.SNOWFLAKE, Source.NEXTBANK, Source.CSV
FIRST = datetime(2026, 11, 20, 1, tzinfo=UTC)
SECOND = FIRST + timedelta(days=1)
HERE = Presence()
ONCE = Presence(1, FIRST)
TWICE = Presence(2, SECOND)
NAMED = Presence(named_deleted=True)
WHOLE = FetchSummary(FIRST, full=True, received=10, stated=10)


# --- completeness


@pytest.mark.parametrize(
    ("fetch", "completeness", "applies", "marks", "moves"),
    [
        (WHOLE, Completeness.COMPLETE, True, True, True),
        (evolve(WHOLE, received=9), Completeness.INCOMPLETE, False, False, False),
        (evolve(WHOLE, received=11), Completeness.INCOMPLETE, False, False, False),
        (evolve(WHOLE, without_code=1), Completeness.INCOMPLETE, False, False, False),
        (evolve(WHOLE, stated=None), Completeness.UNSTATED, True, False, True),
        (evolve(WHOLE, stated=0, received=0), Completeness.COMPLETE, True, True, True),
        (evolve(WHOLE, hidden_codes=1), Completeness.COMPLETE, True, False, True),
        (evolve(WHOLE, repeated_codes=1), Completeness.COMPLETE, True, False, True),
        (evolve(WHOLE, full=False), Completeness.COMPLETE, True, False, True),
        (evolve(WHOLE, full=False, without_code=1), Completeness.COMPLETE, True, False, True),
        (evolve(WHOLE, full=False, received=9), Completeness.INCOMPLETE, True, False, False),
    ],
)
@pytest.mark.rule("Y6", "Y8")
def test_Y6_only_a_complete_and_full_fetch_marks_clients_as_missing(
    fetch: FetchSummary,
    completeness: Completeness,
    applies: bool,
    marks: bool,
    moves: bool,
) -> None:
    assert fetch.completeness is completeness
    assert fetch.applies is applies
    assert fetch.marks_absent is marks
    assert fetch.moves_watermark is moves


# --- counting absences


def test_Y6_absences_in_a_row_are_counted() -> None:
    assert HERE.missing(FIRST) == ONCE
    assert ONCE.missing(SECOND) == TWICE


def test_Y6_the_same_data_read_again_is_no_second_absence() -> None:
    assert ONCE.missing(FIRST) is ONCE
    assert ONCE.missing(FIRST - timedelta(seconds=1)) is ONCE
    assert ONCE.missing(FIRST + timedelta(microseconds=1)).missed == 2


def test_Y6_one_delivery_forgets_what_was_counted() -> None:
    assert TWICE.delivered() == HERE == Presence(0, None, named_deleted=False)
    assert NAMED.delivered() == HERE


def test_Y6_a_source_has_given_up_who_it_missed_twice_or_names_as_deleted() -> None:
    assert not HERE.is_gone
    assert not ONCE.is_gone
    assert TWICE.is_gone
    assert ONCE.deleted() == Presence(1, FIRST, named_deleted=True)
    assert ONCE.deleted().is_gone


# --- what follows


@pytest.mark.parametrize(
    ("presences", "expected"),
    [
        ({SNOWFLAKE: HERE}, Fate.STAYS),
        ({SNOWFLAKE: ONCE}, Fate.MISSING),
        ({SNOWFLAKE: TWICE}, Fate.VANISHED),
        ({SNOWFLAKE: evolve(TWICE, missed=3)}, Fate.VANISHED),
        ({SNOWFLAKE: TWICE, NEXTBANK: HERE}, Fate.STAYS),
        ({SNOWFLAKE: TWICE, NEXTBANK: ONCE}, Fate.STAYS),
        ({SNOWFLAKE: ONCE, NEXTBANK: TWICE}, Fate.MISSING),
        ({SNOWFLAKE: TWICE, NEXTBANK: TWICE}, Fate.VANISHED),
        ({SNOWFLAKE: TWICE, NEXTBANK: NAMED}, Fate.VANISHED),
        ({SNOWFLAKE: NAMED, NEXTBANK: HERE}, Fate.VANISHED),
        ({SNOWFLAKE: HERE, NEXTBANK: NAMED}, Fate.STAYS),
    ],
)
def test_Y6_a_client_vanishes_when_every_source_missed_it_twice_or_one_names_it_deleted(
    presences: dict[Source, Presence], expected: Fate
) -> None:
    assert fate(presences, SNOWFLAKE, was_active=True) is expected
    assert fate(presences, SNOWFLAKE, was_active=False) is Fate.STAYS


@pytest.mark.parametrize(
    ("presences", "expected"),
    [
        ({CSV: HERE}, True),
        ({CSV: HERE, SNOWFLAKE: TWICE}, True),
        ({CSV: HERE, NEXTBANK: NAMED}, False),
        ({CSV: NAMED}, True),
    ],
)
def test_Y6_a_client_comes_back_when_delivered_unless_another_source_names_it_deleted(
    presences: dict[Source, Presence],
    expected: bool,
) -> None:
    assert reappears(presences, CSV, was_active=False) is expected
    assert reappears(presences, CSV, was_active=True) is False


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4)), max_size=8))
def test_Y6_no_client_vanishes_without_two_absences_in_different_data(
    runs: list[tuple[bool, int]],
) -> None:
    presence = HERE
    missed: set[int] = set()
    for there, day in runs:
        as_of = FIRST + timedelta(days=day)
        presence = presence.delivered() if there else presence.missing(as_of)
        missed = set() if there else missed | {day}
        if fate({SNOWFLAKE: presence}, SNOWFLAKE, was_active=True) is Fate.VANISHED:
            assert len(missed) >= 2


# --- the guard


@pytest.mark.parametrize(
    ("deactivated", "clients", "held"),
    [
        (50, 100, False),
        (51, 100, True),
        (51, 1020, False),
        (52, 1020, True),
        (51, 1019, True),
        (100, 2000, False),
        (101, 2000, True),
        (51, 2000, False),
        (0, 0, False),
        (51, 0, True),
    ],
)
def test_Y7_a_run_is_held_beyond_five_percent_or_fifty_whichever_is_greater(
    deactivated: int,
    clients: int,
    held: bool,
) -> None:
    assert Guard().holds(deactivated, clients) is held
    assert Guard(Decimal(5), 50).holds(deactivated, clients) is held


def test_Y7_the_numbers_are_settings_and_a_share_may_be_a_fraction() -> None:
    guard = Guard(Decimal("0.5"), 2)
    assert not guard.holds(5, 1000)
    assert guard.holds(6, 1000)
    assert not guard.holds(2, 10)
    assert guard.holds(3, 10)


@given(st.integers(0, 300), st.integers(0, 5000), st.integers(0, 100), st.integers(0, 200))
def test_Y7_held_means_more_than_the_greater_of_both(
    deactivated: int, clients: int, percent: int, floor: int
) -> None:
    allowed = max(Decimal(percent * clients) / 100, Decimal(floor))
    assert Guard(Decimal(percent), floor).holds(deactivated, clients) is (deactivated > allowed)


@pytest.mark.rule("Y7", "Y9")
def test_Y7_the_guard_judges_each_company_for_itself() -> None:
    clients = {"FCASH": 10_000, "PCNI": 100}
    assert held_companies({}, {"FCASH": 500, "PCNI": 51}, clients) == {"PCNI"}
    assert held_companies({}, {"FCASH": 501, "PCNI": 50}, clients) == {"FCASH"}
    wide = {"PCNI": Guard(Decimal(100), 0)}
    assert held_companies(wide, {"PCNI": 100}, clients) == frozenset()
    assert held_companies(wide, {"NEW": 51}, clients) == {"NEW"}
    assert held_companies({"NEW": wide["PCNI"]}, {"NEW": 1}, clients) == {"NEW"}
