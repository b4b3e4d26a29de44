"""The readable summary of a run: numbers, some examples, and why rows were rejected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from clientupdater.domain.sync.jobs import SyncCounts

#: Examples of each kind that a plan shows.
EXAMPLES = 10


@frozen
class Effect:
    """One effect on one client; pension numbers are masked."""

    code: str
    what: str
    """The field that changes, or the period of the row that does."""
    before: str | None = None
    after: str | None = None


@frozen(kw_only=True)
class Outcome:
    """The effects of a run, or of a preview's plan (Y5)."""

    counts: SyncCounts
    hash: str
    by_field: Mapping[str, int] = field(factory=dict)
    consequences: Mapping[str, int] = field(factory=dict)
    rejects: Mapping[str, int] = field(factory=dict)
    """The number of rejects by reason."""
    examples: Mapping[str, tuple[Effect, ...]] = field(factory=dict)
    """Some of each kind of effect."""
    held_for: tuple[str, ...] = ()
    """Companies that would lose more clients than the guard allows (Y7)."""
