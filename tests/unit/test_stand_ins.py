"""Who may stand in for whom, from when until when, and what it widens."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from clientupdater.domain.access import (
    Actor,
    ClientPlace,
    Grant,
    Missing,
    Territory,
    decide,
    rights_digest,
)
from clientupdater.domain.access_scope import access_scope_of
from clientupdater.domain.accounts import Issue
from clientupdater.domain.delegation import has_outgrown
from clientupdater.domain.errors import InvalidInput, OfficerNotAllowed
from clientupdater.domain.ids import BranchId
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.domain.stand_ins import (
    StandIn,
    companies_widened,
    covers_branches,
    moments,
    shared_branches,
)
from tests.support.builders import ANA, BEN, FCASH, PCNI

MANILA = ZoneInfo("Asia/Manila")
READ, ASSIGN = Permission.CLIENTS_READ, Permission.CLIENTS_ASSIGN
NORTH, SOUTH = BranchId(UUID(int=101)), BranchId(UUID(int=102))
TODAY = date(2026, 11, 20)


def person(
    *grants: tuple[Permission, Scope],
    branches: tuple[BranchId, ...] = (NORTH,),
    stands_in: bool = True,
) -> Actor:
    return Actor(
        ANA,
        grants=frozenset(Grant(permission, FCASH, scope) for permission, scope in grants),
        territory=Territory(frozenset(branches)),
        stands_in_for=frozenset({BEN} if stands_in else ()),
    )


def test_A2_a_stand_in_covers_the_officers_clients_in_their_own_territory_alone() -> None:
    ana = person((READ, Scope.SELF))
    assert decide(ana, READ, ClientPlace(FCASH, NORTH, BEN)).allowed
    for place in (
        ClientPlace(FCASH, SOUTH, BEN),
        ClientPlace(PCNI, NORTH, BEN),
        ClientPlace(FCASH, NORTH, None),
    ):
        assert not decide(ana, READ, place).allowed
        assert not access_scope_of(ana, READ).covers(place)


def test_A2_a_stand_in_gains_no_permission() -> None:
    decision = decide(person((READ, Scope.SELF)), ASSIGN, ClientPlace(FCASH, NORTH, BEN))
    assert decision.missing is Missing.GRANT


def test_A10_what_stand_ins_see_is_shared_with_no_one_else() -> None:
    with_, without = (
        access_scope_of(person((READ, Scope.SELF), stands_in=each), READ) for each in (True, False)
    )
    elsewhere = access_scope_of(person((READ, Scope.SELF), branches=(SOUTH,)), READ)
    assert len({scope.fingerprint() for scope in (with_, without, elsewhere)}) == 3
    everyone = [
        access_scope_of(person((READ, Scope.ALL), stands_in=each), READ).fingerprint()
        for each in (True, False)
    ]
    assert len(set(everyone)) == 1


def test_A10_a_file_made_while_standing_in_is_out_of_reach_afterwards() -> None:
    then, now = (
        access_scope_of(person((READ, Scope.SELF), stands_in=each), READ) for each in (True, False)
    )
    assert then.still_shows(now)
    assert not now.still_shows(then)


def test_A6_standing_in_ends_no_session_that_another_person_opened() -> None:
    ana = person((READ, Scope.SELF))
    before = person((READ, Scope.SELF), stands_in=False)
    assert rights_digest(ana) != rights_digest(before)
    nobody = Actor(BEN)
    assert not has_outgrown(ana, Issue(BEN, rights_digest(before)), nobody)


def test_days_of_the_business_become_moments_and_days_again() -> None:
    starts_at, ends_at = moments(TODAY, TODAY + timedelta(days=2), TODAY, MANILA)
    assert starts_at == datetime(2026, 11, 20, tzinfo=MANILA)
    assert ends_at == datetime(2026, 11, 23, tzinfo=MANILA)
    made = StandIn(id=UUID(int=1), officer=BEN, stand_in=ANA, starts_at=starts_at, ends_at=ends_at)
    assert made.days(MANILA) == (TODAY, TODAY + timedelta(days=2))


@pytest.mark.parametrize(
    ("first", "last", "faults"),
    [(1, 0, ["is before"]), (-200, 200, ["is more than"]), (-5, -1, ["is past"]),
     (-1, -2, ["is before", "is past"]), (367, 367, ["is more than 366 days from now"])],
)  # fmt: skip
def test_days_that_make_no_sense_are_refused_all_at_once(
    first: int, last: int, faults: list[str]
) -> None:
    begin, end = (TODAY + timedelta(days=each) for each in (first, last))
    with pytest.raises(InvalidInput) as refused:
        moments(begin, end, TODAY, MANILA)
    messages = [fault.message for fault in refused.value.faults]
    assert len(messages) == len(faults)
    assert all(map(str.startswith, messages, faults))


def test_a_day_at_the_end_of_the_calendar_is_refused() -> None:
    with pytest.raises(InvalidInput, match="from now"):
        moments(date.max, date.max, TODAY, MANILA)


def test_A3_a_stand_in_is_active_and_shares_a_branch_with_the_officer() -> None:
    officer = Actor(BEN, territory=Territory(frozenset({NORTH, SOUTH})))
    assert shared_branches(officer, person()) == {NORTH}
    with pytest.raises(OfficerNotAllowed, match="none of the officer's branches"):
        shared_branches(officer, person(branches=()))
    with pytest.raises(OfficerNotAllowed, match="not active"):
        shared_branches(officer, Actor(ANA, is_active=False))
    with pytest.raises(InvalidInput, match="is the absent officer"):
        shared_branches(officer, officer)


@pytest.mark.parametrize(
    ("grants", "covered"),
    [
        ((), False),
        (((ASSIGN, Scope.SELF),), False),
        (((ASSIGN, Scope.BRANCH),), True),
        (((ASSIGN, Scope.AREA),), True),
        (((ASSIGN, Scope.ALL),), True),
    ],
)
def test_A6_a_stand_in_is_arranged_by_those_who_may_assign_in_the_shared_branches(
    grants: tuple[tuple[Permission, Scope], ...], covered: bool
) -> None:
    scope = access_scope_of(person(*grants), ASSIGN)
    here = [FCASH]
    assert covers_branches(scope, BEN, frozenset({NORTH}), here) is covered
    beyond = covered and grants[0][1] is Scope.ALL
    assert covers_branches(scope, BEN, frozenset({NORTH, SOUTH}), here) is beyond
    assert covers_branches(scope, ANA, frozenset({SOUTH}), here) is bool(grants)


def test_A6_a_stand_in_is_arranged_over_each_company_in_which_it_widens_what_is_seen() -> None:
    scope = access_scope_of(person((ASSIGN, Scope.ALL)), ASSIGN)
    both = [FCASH, PCNI]
    assert companies_widened(person((READ, Scope.SELF)), both) == [FCASH]
    assert companies_widened(Actor(BEN), both) == both
    assert not covers_branches(scope, BEN, frozenset({NORTH}), both)
    assert not covers_branches(scope, ANA, frozenset({NORTH}), both)
