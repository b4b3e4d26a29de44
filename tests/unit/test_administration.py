"""Who may do what to people, and to things that are neither people nor clients."""

from __future__ import annotations

import pytest
from hypothesis import given

from clientupdater.domain.access import Actor, Grant, Missing, Territory
from clientupdater.domain.administration import (
    PersonPlace,
    decide_over_person,
    decide_over_thing,
    people_scope_of,
)
from clientupdater.domain.ids import BranchId, CompanyId
from clientupdater.domain.permissions import Permission, Scope
from tests.support.policy_cases import (
    ANA,
    BEN,
    EAST,
    FCASH,
    LUZON,
    NORTH,
    PCNI,
    SOUTH,
    actors,
    ana,
    grants,
    territories,
)

USERS = Permission.USERS_MANAGE
HOME = Territory(
    branches=frozenset({NORTH}), areas=frozenset({LUZON}), area_branches=frozenset({SOUTH})
)


def someone(*branches: BranchId) -> PersonPlace:
    return PersonPlace(BEN, Territory(frozenset(branches)))


@pytest.mark.parametrize(
    ("scope", "person", "missing"),
    [
        (Scope.SELF, PersonPlace(ANA, Territory()), None),
        (Scope.SELF, someone(NORTH), Missing.ASSIGNMENT),
        (Scope.BRANCH, PersonPlace(ANA, Territory()), None),
        (Scope.BRANCH, someone(NORTH), None),
        (Scope.BRANCH, someone(SOUTH), Missing.BRANCH),
        (Scope.BRANCH, someone(NORTH, SOUTH), Missing.BRANCH),
        (Scope.AREA, PersonPlace(ANA, Territory()), None),
        (Scope.AREA, someone(NORTH, SOUTH), None),
        (Scope.AREA, someone(NORTH, EAST), Missing.TERRITORY),
        (Scope.AREA, someone(), Missing.TERRITORY),
        (Scope.ALL, someone(), None),
        (Scope.ALL, someone(EAST), None),
    ],
)
def test_A6a_over_people_self_is_me_and_a_territory_must_lie_within_mine(
    scope: Scope, person: PersonPlace, missing: Missing | None
) -> None:
    decision = decide_over_person(ana((USERS, None, scope), territory=HOME), USERS, person)
    assert decision.missing is missing
    assert decision.permission is USERS
    assert decision.grants == (Grant(USERS, None, scope),)


def test_A6a_the_branches_of_a_persons_areas_count_as_theirs() -> None:
    actor = ana((USERS, None, Scope.AREA), territory=HOME)
    inside = PersonPlace(BEN, Territory(frozenset({NORTH}), frozenset(), frozenset({SOUTH})))
    outside = PersonPlace(BEN, Territory(frozenset({NORTH}), frozenset(), frozenset({EAST})))
    assert decide_over_person(actor, USERS, inside).allowed
    assert not decide_over_person(actor, USERS, outside).allowed


@pytest.mark.parametrize("company", [None, FCASH])
def test_A6a_branch_and_area_look_at_territories_alone(company: CompanyId | None) -> None:
    branch = ana((USERS, company, Scope.BRANCH), territory=HOME)
    assert decide_over_person(branch, USERS, someone(NORTH)).allowed
    area = ana((USERS, company, Scope.AREA), territory=HOME)
    assert decide_over_person(area, USERS, someone(SOUTH)).allowed


def test_A6a_everyone_asks_for_a_grant_over_every_company() -> None:
    actor = ana((USERS, FCASH, Scope.ALL), territory=HOME)
    assert decide_over_person(actor, USERS, someone(EAST)).missing is Missing.EVERY_COMPANY
    assert decide_over_person(actor, USERS, someone()).missing is Missing.EVERY_COMPANY
    assert decide_over_person(actor, USERS, someone(NORTH, SOUTH)).allowed


def test_A6a_another_persons_permission_over_users_is_of_no_use() -> None:
    actor = ana((Permission.USERS_READ, None, Scope.ALL))
    assert decide_over_person(actor, USERS, someone()).missing is Missing.GRANT
    assert not people_scope_of(actor, USERS).covers(PersonPlace(ANA, Territory()))


def test_A8_one_who_is_not_active_may_nothing_to_anyone() -> None:
    actor = ana((USERS, None, Scope.ALL), active=False)
    me = PersonPlace(ANA, Territory())
    assert decide_over_person(actor, USERS, me).missing is Missing.ACTIVE_ACCOUNT
    assert not people_scope_of(actor, USERS).covers(me)
    config = Permission.CONFIG_MANAGE
    idle = ana((config, None, Scope.ALL), active=False)
    assert decide_over_thing(idle, config, None).missing is Missing.ACTIVE_ACCOUNT


def test_A6a_the_reach_over_people_is_given_as_sets() -> None:
    access_scope = people_scope_of(ana((USERS, None, Scope.AREA), territory=HOME), USERS)
    assert (access_scope.actor, access_scope.everyone, access_scope.myself) == (ANA, False, True)
    assert access_scope.branches == {NORTH, SOUTH}
    alone = people_scope_of(ana((USERS, None, Scope.SELF), territory=HOME), USERS)
    assert (alone.everyone, alone.myself, alone.branches) == (False, True, frozenset())
    nobody = people_scope_of(ana(territory=HOME), USERS)
    assert (nobody.everyone, nobody.myself, nobody.branches) == (False, False, frozenset())


@given(actors(), grants, territories)
def test_A6a_one_more_grant_never_reaches_fewer_people(
    actor: Actor, grant: Grant, territory: Territory
) -> None:
    richer = Actor(actor.id, actor.is_active, actor.grants | {grant}, actor.territory)
    person = PersonPlace(BEN, territory)
    assert (
        not decide_over_person(actor, USERS, person).allowed
        or decide_over_person(richer, USERS, person).allowed
    )


CONFIG = Permission.CONFIG_MANAGE


@pytest.mark.parametrize(
    ("held", "company", "missing"),
    [
        ([], FCASH, Missing.GRANT),
        ([(CONFIG, None, Scope.AREA)], FCASH, Missing.SCOPE_ALL),
        ([(CONFIG, FCASH, Scope.ALL)], FCASH, None),
        ([(CONFIG, FCASH, Scope.ALL)], PCNI, Missing.COMPANY),
        ([(CONFIG, FCASH, Scope.ALL), (CONFIG, PCNI, Scope.AREA)], PCNI, Missing.COMPANY),
        ([(CONFIG, FCASH, Scope.ALL)], None, Missing.EVERY_COMPANY),
        ([(CONFIG, None, Scope.ALL)], None, None),
        ([(CONFIG, None, Scope.ALL)], PCNI, None),
    ],
)
def test_A6a_every_other_resource_asks_for_scope_all(
    held: list[tuple[Permission, CompanyId | None, Scope]],
    company: CompanyId | None,
    missing: Missing | None,
) -> None:
    decision = decide_over_thing(ana(*held), CONFIG, company)
    assert decision.missing is missing
    assert decision.permission is CONFIG
    assert len(decision.grants) == len(held)


@pytest.mark.parametrize("permission", ["branches:read", "areas:read", "config:read"])
def test_A6a_reference_data_of_no_company_is_read_by_scope_all_over_any(permission: str) -> None:
    reading = Permission(permission)
    assert decide_over_thing(ana((reading, FCASH, Scope.ALL)), reading, None).allowed
    narrow = ana((reading, None, Scope.AREA))
    assert decide_over_thing(narrow, reading, None).missing is Missing.SCOPE_ALL
    other = ana((reading, FCASH, Scope.ALL))
    assert decide_over_thing(other, reading, PCNI).missing is Missing.COMPANY


@pytest.mark.parametrize("permission", ["audit:read", "sync:read", "jobs:manage"])
def test_A6a_nothing_else_of_no_company_is_seen_without_every_company(permission: str) -> None:
    asked = Permission(permission)
    actor = ana((asked, FCASH, Scope.ALL))
    assert decide_over_thing(actor, asked, None).missing is Missing.EVERY_COMPANY
