"""Contact numbers in memory, with what was changed of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.contacts import ContactCard
from clientupdater.domain.errors import NotFound, VersionConflict
from clientupdater.domain.sync.contacts import Contact
from clientupdater.domain.sync.fields import CONTACTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from clientupdater.domain.ids import ClientId, PersonId
    from clientupdater.domain.sync.plan import FieldChange
    from clientupdater.domain.write_context import WriteContext


@frozen
class ChangedContact:
    """One number that a person changed (C2)."""

    client: ClientId
    change: FieldChange
    by: PersonId | None
    at: datetime


@frozen
class MemoryContacts:
    """The contact numbers of the clients within sight, in dictionaries of cards."""

    _cards: dict[ClientId, ContactCard]
    _written: dict[ClientId, ContactCard]
    _changes: list[ChangedContact]
    _sees: Callable[[ClientId], bool]
    _lock: Callable[[ClientId], None]

    def find(self, client: ClientId) -> ContactCard | None:
        """Find a client's; one of whom nothing was said yet has no numbers."""
        if not self._sees(client):
            return None
        blank = ContactCard(client=client, version=1, numbers=dict.fromkeys(CONTACTS, Contact()))
        return self._written.get(client) or self._cards.get(client, blank)

    def save(
        self, seen: ContactCard, after: ContactCard, write_context: WriteContext
    ) -> ContactCard:
        """Keep what was changed, and what it was before."""
        self._lock(seen.client)
        now = self.find(seen.client)
        if now is None:
            raise NotFound
        if now.version != seen.version:
            raise VersionConflict(provided=seen.version, current=now.version)
        kept = evolve(after, version=seen.version + 1)
        self._written[seen.client] = kept
        self._changes.extend(
            ChangedContact(seen.client, change, write_context.by, write_context.now)
            for change in seen.changes_to(after)
        )
        return kept
