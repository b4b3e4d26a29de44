"""What a run came to, small enough to be read: numbers, some examples, why rows were refused."""

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
    """One thing that a run does to one client; pension numbers masked."""

    code: str
    what: str
    """The field that changes, or the period whose row does."""
    before: str | None = None
    after: str | None = None


@frozen(kw_only=True)
class Outcome:
    """Everything that a run would do, or did (Y5)."""

    counts: SyncCounts
    hash: str
    by_field: Mapping[str, int] = field(factory=dict)
    consequences: Mapping[str, int] = field(factory=dict)
    rejects: Mapping[str, int] = field(factory=dict)
    """How many rows were refused, by reason."""
    examples: Mapping[str, tuple[Effect, ...]] = field(factory=dict)
    """Some of each kind of effect."""
    held_for: tuple[str, ...] = ()
    """Companies that would lose more clients than the guard lets pass (Y7)."""
