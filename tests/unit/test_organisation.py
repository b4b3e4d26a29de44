"""Areas, branches and contacts: what fits, and who may take a branch's clients elsewhere."""

from __future__ import annotations

from uuid import UUID

import pytest

from clientupdater.domain.delegation import require_may_delete_area, require_may_move_clients
from clientupdater.domain.errors import BranchInUse, InvalidInput, PrivilegeExceeded
from clientupdater.domain.organisation import (
    Area,
    Branch,
    BranchContact,
    ClosingEffect,
    ClosingPlan,
    checked,
    require_no_clients,
    tidy,
)
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.domain.versions import changed_fields
from tests.support.policy_cases import EAST, FCASH, LUZON, NORTH, SOUTH, VISAYAS, ana, ben
from tests.unit.test_delegation import HOME, TOO_WIDE

READ, AREAS = Permission.CLIENTS_READ, Permission.AREAS_MANAGE


def contact(type_: str, value: str) -> BranchContact:
    return BranchContact(id=UUID(int=1), branch=NORTH, type=type_, value=value)


def pointers(thing: Area | Branch | BranchContact) -> list[str]:
    return [fault.pointer for fault in thing.faults()]


@pytest.mark.parametrize("code", ["QC01", "a", "0.1_x-y", "A" * 50])
def test_a_code_fits_a_path(code: str) -> None:
    assert not pointers(Area(id=LUZON, code=code, name="Luzon"))
    assert not pointers(Branch(id=NORTH, code=code, name="North"))


@pytest.mark.parametrize("code", ["", " A", "-A", "A B", "Ñ1", "A/B", "A" * 51, "A\n"])
def test_another_code_is_refused(code: str) -> None:
    assert pointers(Branch(id=NORTH, code=code, name="North")) == ["/code"]


def test_all_faults_of_a_branch_come_at_once() -> None:
    branch = Branch(id=NORTH, code="", name="", location="L" * 501, category="a\nb")
    assert pointers(branch) == ["/code", "/name", "/location", "/category"]
    with pytest.raises(InvalidInput) as caught:
        checked(branch)
    assert len(caught.value.faults) == 4
    longest = Branch(id=NORTH, code="N", name="N" * 255, location="L" * 500, category="C" * 100)
    assert checked(longest) is longest


@pytest.mark.parametrize(
    ("type_", "value"),
    [("phone", "+63 2 8912"), ("email", "a@example.com"), ("fax", "any"), ("a" * 50, "V" * 255)],
)
def test_a_contact_fits_its_type(type_: str, value: str) -> None:
    assert not pointers(contact(type_, value))


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        ("phone", "1234", ["/value"]),
        ("email", "a.example.com", ["/value"]),
        ("Phone", "12345", ["/type"]),
        ("a" * 51, "12345", ["/type"]),
        ("phone", "", ["/value"]),
        ("fax", "V" * 256, ["/value"]),
    ],
)
def test_another_contact_is_refused(type_: str, value: str, expected: list[str]) -> None:
    assert pointers(contact(type_, value)) == expected


def test_the_audit_compares_what_differs() -> None:
    before = Area(id=LUZON, code="L", name="Luzon", company=FCASH).record
    after = Area(id=LUZON, code="L", name="Luzon").record
    assert changed_fields(before, after) == ({"company": FCASH}, {"company": None})
    assert contact("fax", "1").record["value"] == "1"
    assert Branch(id=NORTH, code="N", name="North").record["location"] is None


def test_spaces_around_a_text_are_dropped_and_an_empty_text_is_none() -> None:
    assert (tidy(" a b "), tidy("  "), tidy(None)) == ("a b", None, None)


def test_a_branch_with_clients_is_not_deleted() -> None:
    require_no_clients(0)
    with pytest.raises(BranchInUse, match="has 2 clients; close it") as caught:
        require_no_clients(2)
    assert caught.value.details == {"clients": 2}


def test_a_plan_counts_an_effect_that_does_not_happen_as_none() -> None:
    plan = ClosingPlan(counts={ClosingEffect.ROW: 2}, hash="")
    assert (plan.count(ClosingEffect.ROW), plan.count(ClosingEffect.PERSON)) == (2, 0)


def test_A6_an_area_is_deleted_by_one_who_holds_it_and_all_that_its_holders_do() -> None:
    manager = ana((AREAS, FCASH, Scope.ALL), territory=HOME)
    wider = ben((READ, FCASH, Scope.AREA), territory=HOME)
    require_may_delete_area(manager, LUZON, [ben()])
    with pytest.raises(PrivilegeExceeded, match="so you cannot delete it"):
        require_may_delete_area(manager, VISAYAS, [])
    with pytest.raises(PrivilegeExceeded, match=TOO_WIDE):
        require_may_delete_area(manager, LUZON, [wider])
    require_may_delete_area(ana((AREAS, None, Scope.ALL)), VISAYAS, [wider])


def test_A6_no_person_sees_more_by_moving_clients_to_a_branch_of_their_own() -> None:
    area = ana((READ, FCASH, Scope.AREA), territory=HOME)
    branch = ana((READ, FCASH, Scope.BRANCH), territory=HOME)
    for manager, into in ((area, SOUTH), (area, NORTH), (branch, NORTH)):
        with pytest.raises(PrivilegeExceeded, match="see more than you do"):
            require_may_move_clients(manager, EAST, into)
    require_may_move_clients(branch, EAST, SOUTH)
    require_may_move_clients(area, NORTH, EAST)
    require_may_move_clients(ana((READ, FCASH, Scope.ALL), territory=HOME), EAST, NORTH)
