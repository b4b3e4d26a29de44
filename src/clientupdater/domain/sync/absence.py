"""Who is no longer delivered, and when that makes a client inactive (Y6)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.sync.fields import Source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

#: Missed this often in a row by every source that ever delivered it, a client vanishes.
ABSENCES = 2


class Completeness(StrEnum):
    """What can be concluded from who is not there."""

    COMPLETE = "complete"
    UNSTATED = "unstated"
    INCOMPLETE = "incomplete"


@frozen
class FetchSummary:
    """What a run received from a source: rejected rows count as received."""

    as_of: datetime
    full: bool
    received: int
    stated: int | None = None
    without_code: int = 0
    hidden_codes: int = 0
    """Records whose code could not be read: each may be anybody's."""
    repeated_codes: int = 0
    """Codes that came more than once: as many others may not have come, though the count agrees."""

    @property
    def completeness(self) -> Completeness:
        """Judge it against the count that the source states, if it states one."""
        if self.stated is None:
            return Completeness.UNSTATED
        anonymous = self.full and self.without_code > 0
        if self.received != self.stated or anonymous:
            return Completeness.INCOMPLETE
        return Completeness.COMPLETE

    @property
    def applies(self) -> bool:
        """Whether anything of it may be applied: an incomplete full fetch applies nothing."""
        return not (self.full and self.completeness is Completeness.INCOMPLETE)

    @property
    def marks_absent(self) -> bool:
        """Whether it tells who is missing: only a complete, full fetch of single codes does."""
        is_doubtful = self.hidden_codes > 0 or self.repeated_codes > 0
        return self.full and self.completeness is Completeness.COMPLETE and not is_doubtful

    @property
    def moves_watermark(self) -> bool:
        """Whether the next incremental run may start after it (Y8)."""
        return self.completeness is not Completeness.INCOMPLETE


@frozen
class Presence:
    """What one source, which has delivered a client, last had to say about it."""

    missed: int = 0
    missed_as_of: datetime | None = None
    named_deleted: bool = False

    @property
    def is_gone(self) -> bool:
        """Whether this source has given the client up."""
        return self.named_deleted or self.missed >= ABSENCES

    def delivered(self) -> Presence:
        """It is there: whatever was counted is forgotten."""
        return Presence()

    def missing(self, as_of: datetime) -> Presence:
        """It is not there: another absence, unless that data, or newer, was read before."""
        if self.missed_as_of is not None and as_of <= self.missed_as_of:
            return self
        return evolve(self, missed=self.missed + 1, missed_as_of=as_of)

    def deleted(self) -> Presence:
        """The source says so itself."""
        return evolve(self, named_deleted=True)


class Fate(StrEnum):
    """What a client's presence in its sources makes of it."""

    STAYS = "stays"
    MISSING = "missing"
    VANISHED = "vanished"


def fate(presences: Mapping[Source, Presence], source: Source, *, was_active: bool) -> Fate:
    """Decide what happens to a client once a source's report of it is noted (Y6).

    A client named as deleted vanishes at once, even if other sources have it. Otherwise it vanishes
    when every source that ever delivered it has missed it twice in a row.
    """
    if not was_active:
        return Fate.STAYS
    if presences[source].named_deleted or all(each.is_gone for each in presences.values()):
        return Fate.VANISHED
    return Fate.MISSING if presences[source].missed == 1 else Fate.STAYS


def reappears(presences: Mapping[Source, Presence], source: Source, *, was_active: bool) -> bool:
    """Whether a client that a source delivers comes back (Y6).

    Not while another source names it as deleted: it would come and go with every run.
    """
    others = (each for name, each in presences.items() if name is not source)
    return not was_active and not any(each.named_deleted for each in others)
