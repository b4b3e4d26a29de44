"""Who may be a client's officer."""

from __future__ import annotations

import pytest

from clientupdater.domain.access import Territory
from clientupdater.domain.errors import OfficerNotAllowed
from clientupdater.domain.ids import BranchId
from clientupdater.domain.officers import require_officer
from tests.support.policy_cases import EAST, NORTH, SOUTH, ana

HOME = Territory(branches=frozenset({NORTH}), area_branches=frozenset({SOUTH}))


@pytest.mark.parametrize("branch", [NORTH, SOUTH])
def test_A3_an_officer_has_the_branch_in_their_territory_whatever_their_scope(
    branch: BranchId,
) -> None:
    require_officer(ana(territory=HOME), branch)


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
