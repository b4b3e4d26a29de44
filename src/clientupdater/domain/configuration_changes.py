"""Undoing a change of the configuration: its old values become a new change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from clientupdater.domain.errors import VersionConflict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.domain.ids import ChangeId


@frozen(kw_only=True)
class RecordedChange:
    """A change as the audit keeps it, and what later changes did to the same row."""

    id: ChangeId
    table: str
    record: str
    before: Mapping[str, Any] | None
    """None: it created the row."""
    after: Mapping[str, Any] | None
    """None: it deleted the row."""
    later: int = 0
    """How many changes came after it."""
    left: Mapping[str, Any] = field(factory=dict)
    """What it left in the fields that later changes touched."""

    def require_last(self, current: Mapping[str, Any] | None, version: int) -> None:
        """Refuse unless the row still is as this change left it, and name what differs.

        A later change that was undone itself does not count.
        """
        expected = {**self.left, **(self.after or {})} if self.after is not None else None
        if expected is None or current is None:
            row = current if expected is None else expected
            fields = sorted(row or {})
        else:
            fields = sorted(name for name, value in expected.items() if current.get(name) != value)
        if fields:
            raise VersionConflict(
                provided=max(version - self.later, 0), current=version, fields=fields
            )
