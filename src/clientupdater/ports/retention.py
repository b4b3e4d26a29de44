"""What is kept for a while and then removed (J5)."""

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
    """Old rows, within a unit of work."""

    def remove(self, kind: Removable, before: datetime, *, at_most: int) -> int:
        """Remove some from before a moment; give how many: fewer than asked for, it was all."""
        ...

    def note(self, removal: Removal) -> None:
        """Leave a record."""
        ...
