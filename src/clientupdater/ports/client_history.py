"""What changed of a client, by whom or by which run: a read model of what was written (C2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from attrs import field as kept
from attrs import frozen

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from clientupdater.domain.sync.fields import Source
    from clientupdater.ports.lists import Page, PersonName


@frozen
class SyncRun:
    """A run that changed something, and of which source it was."""

    id: UUID
    source: Source


@frozen(kw_only=True)
class ChangedField:
    """One field that changed: by a person, by a run, or by what is known no more."""

    id: UUID
    field: str
    old_value: str | None = kept(repr=False)
    new_value: str | None = kept(repr=False)
    changed_at: datetime
    by: PersonName | None
    run: SyncRun | None


@frozen
class HistoryKey:
    """A place in a history."""

    changed_at: datetime
    id: UUID


HistoryPage: TypeAlias = "Page[ChangedField, HistoryKey]"
