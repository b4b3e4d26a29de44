"""The history of a client: which field changed, by which person or sync run (C2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from attrs import field as kept
from attrs import frozen

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from clientupdater.domain.sync.fields import Source
    from clientupdater.ports.lists import Page, StaffMember


@frozen
class SyncRun:
    """A sync run that changed a field, and its source."""

    id: UUID
    source: Source


@frozen(kw_only=True)
class ChangedField:
    """One change of a field: by a person, by a sync run, or by one that is no longer on record."""

    id: UUID
    field: str
    old_value: str | None = kept(repr=False)
    new_value: str | None = kept(repr=False)
    changed_at: datetime
    by: StaffMember | None
    run: SyncRun | None


@frozen
class HistoryKey:
    """A place in a history."""

    changed_at: datetime
    id: UUID


HistoryPage: TypeAlias = "Page[ChangedField, HistoryKey]"
