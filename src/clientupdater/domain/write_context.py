"""The circumstances of a write: who acts, when, and with what latitude."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.periods import business_day

if TYPE_CHECKING:
    from datetime import date, datetime, tzinfo

    from clientupdater.domain.ids import PersonId


@frozen(kw_only=True)
class WriteContext:
    """Somebody acting at a moment; nobody acts for the system.

    `may_correct` says that they hold status:correct over this client; `backdating_days` is
    how long the business lets others write for the period before the running one (P7).
    """

    now: datetime
    zone: tzinfo
    by: PersonId | None = None
    may_correct: bool = False
    backdating_days: int = 5

    @property
    def today(self) -> date:
        """The business day (P1)."""
        return business_day(self.now, self.zone)
