"""Which clients a source no longer delivers, and when that deactivates them (Y6)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.sync.fields import Source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

#: A client vanishes after this many absences in a row in every source that ever delivered it.
ABSENCES = 2


class Completeness(StrEnum):
    """Whether a fetch holds all of its source's clients."""

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
    """Records with an unreadable code: each may be of any client."""
    repeated_codes: int = 0
    """Codes that came twice: although the count agrees, as many others may not have come."""

    @property
    def completeness(self) -> Completeness:
        """Compare the fetch with the count that the source states, if it states one."""
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
        """Whether it shows who is missing: only a complete, full fetch of single codes does."""
        is_doubtful = self.hidden_codes > 0 or self.repeated_codes > 0
        return self.full and self.completeness is Completeness.COMPLETE and not is_doubtful

    @property
    def moves_watermark(self) -> bool:
        """Whether the next incremental run may start after it (Y8)."""
        return self.completeness is not Completeness.INCOMPLETE


@frozen
class Presence:
    """A client's state in one source that has delivered it."""

    missed: int = 0
    missed_as_of: datetime | None = None
    named_deleted: bool = False

    @property
    def is_gone(self) -> bool:
        """Whether the client counts as gone in this source."""
        return self.named_deleted or self.missed >= ABSENCES

    def delivered(self) -> Presence:
        """The source has the client: absences count from zero."""
        return Presence()

    def missing(self, as_of: datetime) -> Presence:
        """The source did not deliver the client: one more absence, unless the data is not newer."""
        if self.missed_as_of is not None and as_of <= self.missed_as_of:
            return self
        return evolve(self, missed=self.missed + 1, missed_as_of=as_of)

    def deleted(self) -> Presence:
        """The source marks the client as deleted."""
        return evolve(self, named_deleted=True)


class Fate(StrEnum):
    """What a client's presences mean for it."""

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
    """Whether an inactive client that a source delivers comes back (Y6).

    Not while another source marks it as deleted: it would come and go with every run.
    """
    others = (each for name, each in presences.items() if name != source)
    return not was_active and not any(each.named_deleted for each in others)
