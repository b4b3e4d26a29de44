"""Who may be a client's officer, and when that ends (A3)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from clientupdater.domain.errors import OfficerNotAllowed

if TYPE_CHECKING:
    from clientupdater.domain.access import Actor
    from clientupdater.domain.ids import BranchId


class AssignmentEnd(StrEnum):
    """Why an assignment ended by itself; of several causes the first one counts."""

    MOVED = "moved"
    DEACTIVATED = "deactivated"
    TERRITORY_LOST = "territory_lost"


def require_officer(officer: Actor, branch: BranchId) -> None:
    """Require an active officer with the branch in their territory, whatever their scope (A3)."""
    if not officer.is_active:
        raise OfficerNotAllowed("This person is not active, so they cannot be an officer.")
    if branch not in officer.territory.all_branches:
        raise OfficerNotAllowed("The client's branch is not in this person's territory.")


def assignment_ends(
    officer: Actor, assigned_in: BranchId, branch_now: BranchId
) -> AssignmentEnd | None:
    """Decide whether, and why, an assignment ends: a move, a deactivation, a lost branch (A3).

    A move ends it even if the officer has the new branch as well.
    """
    if branch_now != assigned_in:
        return AssignmentEnd.MOVED
    if not officer.is_active:
        return AssignmentEnd.DEACTIVATED
    if branch_now not in officer.territory.all_branches:
        return AssignmentEnd.TERRITORY_LOST
    return None
