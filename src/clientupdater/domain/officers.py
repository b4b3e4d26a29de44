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
