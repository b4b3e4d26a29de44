"""Who may be a client's officer, and when that ends."""

from __future__ import annotations

import pytest

from clientupdater.domain.access import Territory
from clientupdater.domain.errors import OfficerNotAllowed
from clientupdater.domain.ids import BranchId
from clientupdater.domain.officers import AssignmentEnd, assignment_ends, require_officer
from tests.support.policy_cases import EAST, NORTH, SOUTH, ana

HOME = Territory(branches=frozenset({NORTH}), area_branches=frozenset({SOUTH}))


@pytest.mark.parametrize("branch", [NORTH, SOUTH])
def test_A3_an_officer_has_the_branch_in_their_territory_whatever_their_scope(
    branch: BranchId,
) -> None:
    require_officer(ana(territory=HOME), branch)
    assert assignment_ends(ana(territory=HOME), branch, branch) is None


def test_A3_an_officer_must_have_the_branch() -> None:
    with pytest.raises(
        OfficerNotAllowed, match=r"^The client's branch is not in this person's territory\.$"
    ):
        require_officer(ana(territory=HOME), EAST)


def test_A3_an_officer_must_be_active() -> None:
    with pytest.raises(
        OfficerNotAllowed, match=r"^This person is not active, so they cannot be an officer\.$"
    ):
        require_officer(ana(territory=HOME, active=False), NORTH)


def test_A3_losing_the_branch_ends_an_assignment() -> None:
    assert assignment_ends(ana(territory=HOME), EAST, EAST) is AssignmentEnd.TERRITORY_LOST


def test_A3_being_deactivated_ends_an_assignment() -> None:
    gone = ana(territory=HOME, active=False)
    assert assignment_ends(gone, NORTH, NORTH) is AssignmentEnd.DEACTIVATED


def test_A3_the_clients_move_ends_an_assignment_even_within_the_territory() -> None:
    assert assignment_ends(ana(territory=HOME), NORTH, SOUTH) is AssignmentEnd.MOVED
    gone = ana(active=False)
    assert assignment_ends(gone, NORTH, SOUTH) is AssignmentEnd.MOVED
