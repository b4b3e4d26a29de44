"""What to do next: where an open row stands in the worklist, and why it stands there.

What is due comes first, oldest due first; then what nobody has touched, who owes most first; then
what somebody has in hand, likewise; what is to be followed up on a later day comes last.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


class Cause(StrEnum):
    """Why an open row stands where it stands, in the order of the worklist."""

    FOLLOW_UP_DUE = "follow_up_due"
    NOT_TOUCHED = "not_touched"
    IN_HAND = "in_hand"
    FOLLOW_UP_LATER = "follow_up_later"


def cause_of(next_follow_up_on: date | None, update_count: int, today: date) -> Cause:
    """Say why: a day that was named counts before anything else (S11)."""
    if next_follow_up_on is not None:
        return Cause.FOLLOW_UP_DUE if next_follow_up_on <= today else Cause.FOLLOW_UP_LATER
    return Cause.IN_HAND if update_count else Cause.NOT_TOUCHED
