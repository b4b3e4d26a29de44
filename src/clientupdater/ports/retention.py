"""Retention: rows that are removed after some time (J5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from attrs import frozen

from clientupdater.domain.retention import Expirable, Purgeable

if TYPE_CHECKING:
    from datetime import datetime


Removable: TypeAlias = Purgeable | Expirable


@frozen
class Removal:
    """A record of what was removed."""

    kind: Removable
    older_than: datetime
    rows: int
    at: datetime


class RetentionStore(Protocol):
    """Removes old rows, within a unit of work."""

    def remove(self, kind: Removable, before: datetime, *, at_most: int) -> int:
        """Remove at most so many from before a moment; fewer removed means that none is left."""
        ...

    def note(self, removal: Removal) -> None:
        """Record a removal."""
        ...
