"""Who writes, when, and how far back they may write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.periods import business_day

if TYPE_CHECKING:
    from datetime import date, datetime, tzinfo

    from clientupdater.domain.ids import PersonId


@frozen(kw_only=True)
class WriteContext:
    """The author and the moment of a write; `by` is None for the system.

    `may_correct`: the author holds status:correct over this client. `backdating_days`: for how many
    days others may still write to the period before the running one (P7). `undo_minutes`: for how
    long the author may void their own last event without status:correct (S13).
    """

    now: datetime
    zone: tzinfo
    by: PersonId | None = None
    may_correct: bool = False
    backdating_days: int = 5
    undo_minutes: int = 10

    @property
    def today(self) -> date:
        """The business day (P1)."""
        return business_day(self.now, self.zone)
