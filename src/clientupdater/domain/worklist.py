"""Where an open row is in the worklist, and why.

Follow-ups that are due come first, the oldest first. Then come untouched rows and then rows in
hand, each with the largest debt first. Follow-ups on a later day come last.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


class Cause(StrEnum):
    """Why an open row has its place, in the order of the worklist."""

    FOLLOW_UP_DUE = "follow_up_due"
    NOT_TOUCHED = "not_touched"
    IN_HAND = "in_hand"
    FOLLOW_UP_LATER = "follow_up_later"


def cause_of(next_follow_up_on: date | None, update_count: int, today: date) -> Cause:
    """Find the cause; a follow-up day counts before anything else (S11)."""
    if next_follow_up_on is not None:
        return Cause.FOLLOW_UP_DUE if next_follow_up_on <= today else Cause.FOLLOW_UP_LATER
    return Cause.IN_HAND if update_count else Cause.NOT_TOUCHED
