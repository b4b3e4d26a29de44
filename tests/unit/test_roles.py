"""What giving, taking or changing a role does to a person's grants."""

from __future__ import annotations

import pytest

from clientupdater.domain.access import Actor, Grant
from clientupdater.domain.errors import InvalidInput, PrivilegeExceeded, RoleNotDeletable
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.domain.roles import (
    GrantChange,
    HeldGrant,
    Holding,
    Role,
    changes_by_roles,
    checked_code,
    checked_text,
    lacking,
    require_may_change_grants,
    require_may_give_role,
)
from tests.support.builders import ANA, BEN, FCASH

READ, UPDATE = Permission.CLIENTS_READ, Permission.STATUS_UPDATE
CALLS = Role(code="calls", name="Calls", scopes={READ: Scope.BRANCH, UPDATE: Scope.BRANCH})
LEADS = Role(code="leads", name="Leads", scopes={READ: Scope.AREA})


def holding(*held: HeldGrant) -> Holding:
    return Holding(ANA, {(each.grant.permission, each.grant.company): each for each in held})


def scopes(changes: tuple[GrantChange, ...]) -> dict[Permission, tuple[Scope | None, Scope | None]]:
    return {each.permission: (each.before, each.scope_after) for each in changes}


def given(*roles: Role) -> list[Grant]:
    return [grant for role in roles for grant in role.over(None)]


def by_role(scope: Scope, beneath: Scope | None = None) -> HeldGrant:
    return HeldGrant(Grant(READ, None, scope), by_role=True, beneath=beneath)


def direct(scope: Scope) -> HeldGrant:
    return HeldGrant(Grant(READ, None, scope))


def test_a_role_gives_each_of_its_grants() -> None:
    assert scopes(changes_by_roles(holding(), [], given(CALLS))) == {
        READ: (None, Scope.BRANCH),
        UPDATE: (None, Scope.BRANCH),
    }


def test_a_role_leaves_a_wider_direct_grant_as_it_is() -> None:
    changes = changes_by_roles(holding(direct(Scope.ALL)), [], given(CALLS))
    assert scopes(changes) == {UPDATE: (None, Scope.BRANCH)}


def test_a_direct_grant_stays_beneath_a_wider_role_and_comes_back_when_it_is_taken() -> None:
    (change,) = changes_by_roles(holding(direct(Scope.BRANCH)), [], given(LEADS))
    assert change.after == by_role(Scope.AREA, beneath=Scope.BRANCH)
    assert change.is_raised
    (taken,) = changes_by_roles(holding(change.after), given(LEADS), [])
    assert taken.after == direct(Scope.BRANCH)
    assert not taken.is_raised


def test_a_second_role_keeps_what_it_gives_when_the_first_is_taken() -> None:
    held = holding(by_role(Scope.AREA))
    (change,) = changes_by_roles(held, given(CALLS, LEADS), given(CALLS))[:1]
    assert change.after == by_role(Scope.BRANCH)
    assert changes_by_roles(holding(by_role(Scope.AREA)), given(CALLS, LEADS), given(LEADS)) == ()


def test_a_second_role_over_a_direct_grant_leaves_the_wider_of_both() -> None:
    held = holding(by_role(Scope.ALL, beneath=Scope.SELF))
    wide = Role(code="wide", name="Wide", scopes={READ: Scope.ALL})
    (change,) = changes_by_roles(held, given(CALLS, wide), given(CALLS))
    assert change.after == by_role(Scope.BRANCH, beneath=Scope.SELF)


def test_taking_a_role_takes_what_nothing_else_gives() -> None:
    (change,) = changes_by_roles(holding(by_role(Scope.AREA)), given(LEADS), [])
    assert (change.before, change.after, change.scope_after) == (Scope.AREA, None, None)


def test_taking_a_role_takes_no_direct_grant_and_brings_back_no_revoked_one() -> None:
    assert changes_by_roles(holding(direct(Scope.SELF)), given(LEADS), []) == ()
    assert changes_by_roles(holding(), given(CALLS, LEADS), given(CALLS)) == ()


def test_taking_never_widens_a_grant_that_was_lowered_since() -> None:
    held = holding(by_role(Scope.SELF))
    assert changes_by_roles(held, given(CALLS, LEADS), given(CALLS)) == ()


def test_a_role_given_twice_changes_nothing() -> None:
    assert changes_by_roles(holding(), given(CALLS), given(CALLS)) == ()


def test_a_role_over_one_company_leaves_the_other_alone() -> None:
    changes = changes_by_roles(holding(), [], LEADS.over(FCASH))
    assert [(each.company, each.scope_after) for each in changes] == [(FCASH, Scope.AREA)]


def test_A6_a_role_is_given_only_by_those_who_hold_all_of_it() -> None:
    boss = Actor(BEN, grants=frozenset({Grant(READ, None, Scope.ALL)}))
    with pytest.raises(PrivilegeExceeded, match="status:update at branch") as refused:
        require_may_give_role(boss, ANA, CALLS.over(None))
    assert refused.value.details == {"grants": ["status:update at branch"]}
    require_may_give_role(boss, ANA, LEADS.over(None))


def test_A6_no_one_gives_a_role_to_themselves() -> None:
    boss = Actor(ANA, grants=frozenset({Grant(READ, None, Scope.ALL)}))
    with pytest.raises(PrivilegeExceeded, match="your own"):
        require_may_give_role(boss, ANA, LEADS.over(None))


def test_A6_what_a_change_lowers_is_judged_as_what_it_raises() -> None:
    ana = Actor(ANA, grants=frozenset({Grant(READ, None, Scope.AREA)}))
    small = Actor(BEN, grants=frozenset({Grant(READ, None, Scope.BRANCH)}))
    lowered = changes_by_roles(holding(by_role(Scope.AREA)), given(CALLS, LEADS), given(CALLS))
    with pytest.raises(PrivilegeExceeded, match="clients:read at area"):
        require_may_change_grants(small, ana, lowered[:1])
    raised = changes_by_roles(holding(), [], given(LEADS))
    with pytest.raises(PrivilegeExceeded, match="clients:read at area"):
        require_may_change_grants(small, ana, raised)
    big = Actor(BEN, grants=frozenset({Grant(READ, None, Scope.ALL)}))
    require_may_change_grants(big, ana, raised)
    require_may_change_grants(big, ana, lowered[:1])
    require_may_change_grants(small, small, ())


def test_A6_a_change_that_lowers_a_person_with_wider_rights_is_refused() -> None:
    ana = Actor(
        ANA, grants=frozenset({Grant(READ, None, Scope.AREA), Grant(UPDATE, None, Scope.ALL)})
    )
    boss = Actor(BEN, grants=frozenset({Grant(READ, None, Scope.ALL)}))
    lowered = changes_by_roles(holding(by_role(Scope.AREA)), given(LEADS), [])
    with pytest.raises(PrivilegeExceeded, match="wider rights"):
        require_may_change_grants(boss, ana, lowered)


def test_what_a_person_lacks_for_a_role_is_listed_with_what_they_hold() -> None:
    ana = Actor(ANA, grants=frozenset({Grant(READ, FCASH, Scope.SELF)}))
    assert scopes(lacking(CALLS, FCASH, ana)) == {
        READ: (Scope.SELF, Scope.BRANCH),
        UPDATE: (None, Scope.BRANCH),
    }
    assert scopes(lacking(CALLS, None, ana))[READ] == (None, Scope.BRANCH)
    full = Actor(ANA, grants=frozenset(CALLS.over(None)))
    assert lacking(CALLS, FCASH, full) == ()


def test_a_role_of_the_software_or_one_that_people_have_is_not_deleted() -> None:
    with pytest.raises(RoleNotDeletable, match="came with the software"):
        Role(code="x", name="X", is_system=True, scopes={}).require_deletable(0)
    with pytest.raises(RoleNotDeletable, match="3 people"):
        CALLS.require_deletable(3)
    CALLS.require_deletable(0)


def test_codes_and_texts_of_roles_are_checked() -> None:
    assert checked_code("field_staff2") == "field_staff2"
    for bad in ("", "Field", "1a", "a" * 51, "a-b", "a b"):
        with pytest.raises(InvalidInput):
            checked_code(bad)
    assert checked_text("  Field staff ", "/name", 100, shortest=1) == "Field staff"
    for bad in (" ", "x" * 101, "a\nb"):
        with pytest.raises(InvalidInput):
            checked_text(bad, "/name", 100, shortest=1)
