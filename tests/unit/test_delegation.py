"""Nobody gives, by any path, what they do not hold."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from clientupdater.domain.access import Actor, Grant, Territory, decide, rights_digest
from clientupdater.domain.accounts import Issue
from clientupdater.domain.delegation import (
    has_outgrown,
    is_administrator,
    require_another_administrator,
    require_may_give,
    require_may_give_area,
    require_may_give_branch,
    require_may_place_branch,
    require_may_remove_branch,
    require_may_take,
    require_may_take_area,
    require_may_take_branch,
    require_not_own_grants,
    require_not_wider,
)
from clientupdater.domain.errors import LastAdministrator, PrivilegeExceeded
from clientupdater.domain.ids import AreaId, BranchId, CompanyId
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
    VISAYAS,
    actors,
    ana,
    areas,
    ben,
    branches,
    every_place,
    grants,
)

READ = Permission.CLIENTS_READ
USERS = Permission.USERS_MANAGE
AREAS = Permission.AREAS_MANAGE
HOME = Territory(
    branches=frozenset({NORTH}), areas=frozenset({LUZON}), area_branches=frozenset({SOUTH})
)
TOO_WIDE = r"^This person has wider rights than you; ask another administrator\.$"
ROOT = ((USERS, None, Scope.ALL), (AREAS, None, Scope.ALL))


def test_A6_callers_cannot_change_their_own_grants() -> None:
    with pytest.raises(
        PrivilegeExceeded, match=r"^You cannot change your own grants; ask another administrator\.$"
    ):
        require_not_own_grants(ana(*ROOT), ANA)
    require_not_own_grants(ana(), BEN)


@pytest.mark.parametrize(
    ("held", "company", "scope"),
    [
        ((READ, FCASH, Scope.BRANCH), FCASH, Scope.AREA),
        ((READ, FCASH, Scope.ALL), PCNI, Scope.SELF),
        ((READ, FCASH, Scope.ALL), None, Scope.SELF),
        ((Permission.STATUS_READ, None, Scope.ALL), FCASH, Scope.SELF),
    ],
)
def test_A6_no_person_grants_a_wider_scope_or_company_than_their_own(
    held: tuple[Permission, CompanyId | None, Scope], company: CompanyId | None, scope: Scope
) -> None:
    with pytest.raises(PrivilegeExceeded) as caught:
        require_may_give(ana(held, *ROOT), READ, company, scope)
    assert caught.value.message == (
        f"You do not hold clients:read at scope {scope} there, so you cannot give it."
    )
    assert caught.value.details == {"permission": "clients:read", "scope": str(scope)}


@pytest.mark.parametrize("company", [None, FCASH])
@pytest.mark.parametrize("scope", Scope)
def test_A6_a_person_may_grant_up_to_their_own_scope_and_company(
    company: CompanyId | None, scope: Scope
) -> None:
    require_may_give(ana((READ, company, scope)), READ, company, scope)
    require_may_give(ana((READ, company, scope)), READ, FCASH, Scope.SELF)


def test_A6_one_who_is_not_active_gives_nothing() -> None:
    gone = evolve(ana((READ, None, Scope.ALL), territory=HOME), is_active=False)
    with pytest.raises(PrivilegeExceeded):
        require_may_give(gone, READ, FCASH, Scope.SELF)
    with pytest.raises(PrivilegeExceeded):
        require_may_give_branch(gone, BEN, NORTH)
    with pytest.raises(PrivilegeExceeded):
        require_not_wider(gone, ben((READ, FCASH, Scope.SELF)))


@given(actors(), grants)
def test_A6_a_person_who_may_give_a_grant_covers_all_that_it_covers(
    actor: Actor, grant: Grant
) -> None:
    try:
        require_may_give(actor, grant.permission, grant.company, grant.scope)
    except PrivilegeExceeded:
        return
    given_to_me = evolve(actor, grants=frozenset({grant}))
    assert _seen(given_to_me, grant.permission) <= _seen(actor, grant.permission)


def _seen(actor: Actor, permission: Permission) -> set[object]:
    return {place for place in every_place() if decide(actor, permission, place).allowed}


@pytest.mark.parametrize(
    ("company", "scope"), [(FCASH, Scope.AREA), (PCNI, Scope.SELF), (None, Scope.SELF)]
)
def test_A6_no_person_revokes_a_grant_that_they_do_not_have_as_widely(
    company: CompanyId | None, scope: Scope
) -> None:
    actor = ana((READ, FCASH, Scope.BRANCH), *ROOT)
    require_may_take(actor, READ, FCASH, Scope.BRANCH)
    with pytest.raises(PrivilegeExceeded) as caught:
        require_may_take(actor, READ, company, scope)
    assert caught.value.message == (
        f"You do not hold clients:read at scope {scope} there, so you cannot take it."
    )
    assert caught.value.details == {"permission": "clients:read", "scope": str(scope)}


# --- territories


def test_A6_a_branch_or_area_is_taken_by_one_who_holds_it() -> None:
    manager = ana((USERS, None, Scope.AREA), (AREAS, FCASH, Scope.ALL), territory=HOME)
    require_may_take_branch(manager, SOUTH)
    require_may_take_area(manager, LUZON)
    require_may_remove_branch(manager, SOUTH, [ben()])
    with pytest.raises(PrivilegeExceeded, match=r"This branch .* so you cannot take it"):
        require_may_take_branch(manager, EAST)
    with pytest.raises(PrivilegeExceeded, match=r"This area .* so you cannot take it"):
        require_may_take_area(manager, VISAYAS)
    with pytest.raises(PrivilegeExceeded, match=r"This branch .* so you cannot take it"):
        require_may_remove_branch(manager, EAST, [])
    require_may_take_branch(ana(*ROOT), EAST)
    require_may_take_area(ana(*ROOT), VISAYAS)


def test_A6_a_branch_is_not_taken_out_of_the_area_of_one_with_wider_rights() -> None:
    manager = ana((AREAS, FCASH, Scope.ALL), territory=HOME)
    wider = ben((READ, FCASH, Scope.AREA), territory=HOME)
    with pytest.raises(PrivilegeExceeded, match=TOO_WIDE):
        require_may_remove_branch(manager, SOUTH, [ben(), wider])
    require_may_remove_branch(ana((AREAS, None, Scope.ALL)), SOUTH, [wider])


@pytest.mark.parametrize("branch", [NORTH, SOUTH])
def test_A6_a_branch_of_ones_territory_may_be_given(branch: BranchId) -> None:
    require_may_give_branch(ana(territory=HOME), BEN, branch)
    require_may_place_branch(ana(territory=HOME), branch, VISAYAS)


def test_A6_a_branch_outside_ones_territory_may_not_be_given() -> None:
    for held in ((USERS, FCASH, Scope.ALL), (USERS, None, Scope.AREA), (AREAS, None, Scope.ALL)):
        with pytest.raises(PrivilegeExceeded, match="This branch is not in your territory"):
            require_may_give_branch(ana(held, territory=HOME), BEN, EAST)


def test_A6_one_who_manages_people_of_every_company_gives_any_branch_or_area() -> None:
    root = ana((USERS, None, Scope.ALL))
    require_may_give_branch(root, BEN, EAST)
    require_may_give_area(root, BEN, VISAYAS, frozenset({EAST}))


def test_A6_an_area_is_given_by_one_who_holds_the_area_and_not_its_branches_alone() -> None:
    require_may_give_area(ana(territory=HOME), BEN, LUZON, frozenset({SOUTH}))
    with pytest.raises(PrivilegeExceeded, match="This area is not in your territory"):
        require_may_give_area(ana(territory=HOME), BEN, VISAYAS, frozenset({SOUTH}))
    with pytest.raises(PrivilegeExceeded, match="area"):
        require_may_give_area(
            ana((USERS, FCASH, Scope.ALL), territory=HOME), BEN, VISAYAS, frozenset()
        )


def test_A6_a_branch_outside_ones_territory_may_not_be_put_into_an_area() -> None:
    for held in ((AREAS, FCASH, Scope.ALL), (AREAS, None, Scope.AREA), (USERS, None, Scope.ALL)):
        with pytest.raises(PrivilegeExceeded, match="This branch is not in your territory"):
            require_may_place_branch(ana(held, territory=HOME), EAST, VISAYAS)
    require_may_place_branch(ana((AREAS, None, Scope.ALL)), EAST, VISAYAS)


def test_A6_no_person_sees_more_by_putting_a_branch_into_their_own_area() -> None:
    manager = ana((AREAS, None, Scope.ALL), (READ, FCASH, Scope.AREA), territory=HOME)
    with pytest.raises(
        PrivilegeExceeded, match=r"^This would let you see more than you do; ask another person\.$"
    ):
        require_may_place_branch(manager, EAST, LUZON)
    require_may_place_branch(manager, EAST, VISAYAS)
    require_may_place_branch(manager, NORTH, LUZON)


def test_A6_one_who_sees_all_anyway_fills_an_area_of_their_own() -> None:
    manager = ana((AREAS, None, Scope.ALL), (READ, FCASH, Scope.ALL), territory=HOME)
    require_may_place_branch(manager, EAST, LUZON)


def test_A6_no_person_sees_more_by_giving_themselves_a_branch_or_area() -> None:
    narrow = ana(*ROOT, (READ, FCASH, Scope.BRANCH), territory=HOME)
    for branch in (EAST, SOUTH):
        with pytest.raises(PrivilegeExceeded, match="see more"):
            require_may_give_branch(narrow, ANA, branch)
    require_may_give_branch(narrow, ANA, NORTH)
    wide = ana(*ROOT, (READ, FCASH, Scope.AREA), territory=HOME)
    with pytest.raises(PrivilegeExceeded, match="see more"):
        require_may_give_area(wide, ANA, VISAYAS, frozenset({EAST}))
    require_may_give_area(wide, ANA, VISAYAS, frozenset({NORTH}))
    require_may_give_branch(ana(*ROOT), ANA, EAST)
    require_may_give_area(ana(*ROOT), ANA, VISAYAS, frozenset({EAST}))


@given(actors(), branches)
def test_A6_no_person_widens_their_own_scope_by_a_branch(actor: Actor, branch: BranchId) -> None:
    actor = evolve(actor, grants=actor.grants | {Grant(USERS, None, Scope.ALL)})
    mine = actor.territory
    try:
        require_may_give_branch(actor, ANA, branch)
    except PrivilegeExceeded:
        return
    _never_more(actor, evolve(mine, branches=mine.branches | {branch}))


@given(actors(), areas, st.frozensets(branches))
def test_A6_no_person_widens_their_own_scope_by_an_area(
    actor: Actor, area: AreaId, members: frozenset[BranchId]
) -> None:
    actor = evolve(actor, grants=actor.grants | {Grant(USERS, None, Scope.ALL)})
    mine = actor.territory
    try:
        require_may_give_area(actor, ANA, area, members)
    except PrivilegeExceeded:
        return
    _never_more(actor, evolve(mine, area_branches=mine.area_branches | members))


def _never_more(actor: Actor, territory: Territory) -> None:
    for permission in (READ, Permission.STATUS_UPDATE, USERS):
        after = evolve(actor, territory=territory)
        assert _seen(after, permission) <= _seen(actor, permission)


# --- taking an account over


@pytest.mark.parametrize(
    "theirs",
    [
        (READ, FCASH, Scope.ALL),
        (READ, PCNI, Scope.SELF),
        (READ, None, Scope.SELF),
        (Permission.STATUS_CORRECT, FCASH, Scope.SELF),
    ],
)
def test_A6_callers_cannot_take_over_an_account_with_wider_rights(
    theirs: tuple[Permission, CompanyId | None, Scope],
) -> None:
    actor = ana((USERS, None, Scope.ALL), (READ, FCASH, Scope.AREA), territory=HOME)
    with pytest.raises(PrivilegeExceeded, match=TOO_WIDE):
        require_not_wider(actor, ben((READ, FCASH, Scope.SELF), theirs, territory=HOME))


def test_A6_no_person_takes_over_an_account_with_a_territory_that_sees_more() -> None:
    actor = ana((READ, FCASH, Scope.BRANCH), territory=HOME)
    other = ben((READ, FCASH, Scope.BRANCH), territory=Territory(frozenset({EAST})))
    with pytest.raises(PrivilegeExceeded):
        require_not_wider(actor, other)


def test_A6_rights_of_one_who_was_deactivated_count_as_if_active() -> None:
    gone = evolve(ben((READ, FCASH, Scope.ALL)), is_active=False)
    with pytest.raises(PrivilegeExceeded):
        require_not_wider(ana((READ, FCASH, Scope.AREA)), gone)


def test_A6_an_account_with_the_same_or_narrower_rights_may_be_reset() -> None:
    actor = ana((READ, None, Scope.ALL), (USERS, None, Scope.AREA), territory=HOME)
    require_not_wider(actor, ben())
    require_not_wider(actor, ben((READ, None, Scope.ALL)))
    other = ben((READ, FCASH, Scope.AREA), (USERS, PCNI, Scope.BRANCH), territory=HOME)
    require_not_wider(actor, other)


def test_A6_ones_own_password_is_ones_own() -> None:
    require_not_wider(evolve(ana((READ, None, Scope.ALL)), is_active=False), ana(*ROOT))


# --- what another made out


def test_A6_a_token_ends_when_its_holder_may_do_more_than_its_issuer() -> None:
    narrow, wide = ben((READ, FCASH, Scope.BRANCH)), ben((READ, FCASH, Scope.ALL))
    maker = ana((READ, FCASH, Scope.AREA))
    assert not has_outgrown(narrow, Issue(ANA), maker)
    assert has_outgrown(wide, Issue(ANA), maker)
    assert has_outgrown(narrow, Issue(ANA), None)
    assert has_outgrown(narrow, Issue(ANA), evolve(maker, is_active=False))
    assert not has_outgrown(wide, Issue(BEN), evolve(wide, is_active=False))


def test_A6_where_the_rights_of_then_are_known_only_a_change_of_them_counts() -> None:
    narrow, wide = ben((READ, FCASH, Scope.BRANCH)), ben((READ, FCASH, Scope.ALL))
    maker = ana((READ, FCASH, Scope.AREA))
    as_then = Issue(ANA, rights_digest(narrow))
    assert not has_outgrown(narrow, as_then, None)
    assert has_outgrown(wide, as_then, maker)
    changed = ben((READ, FCASH, Scope.BRANCH), (READ, FCASH, Scope.SELF))
    assert not has_outgrown(changed, as_then, evolve(maker, is_active=False))
    assert has_outgrown(changed, as_then, None)


# --- the last administrator


def test_A6_an_administrator_is_active_and_manages_people_of_every_company() -> None:
    assert is_administrator(ana((USERS, None, Scope.ALL)))
    assert not is_administrator(ana((USERS, None, Scope.ALL), active=False))
    assert not is_administrator(ana((USERS, FCASH, Scope.ALL)))
    assert not is_administrator(ana((USERS, None, Scope.AREA)))
    assert not is_administrator(ana((Permission.USERS_READ, None, Scope.ALL)))


def test_A6_the_last_administrator_stays() -> None:
    with pytest.raises(LastAdministrator):
        require_another_administrator(0)
    require_another_administrator(1)
