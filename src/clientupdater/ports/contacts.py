"""Keeping what staff say of a client's contact numbers, beside what the sources say (C1, C2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from clientupdater.domain.contacts import ContactCard
    from clientupdater.domain.ids import ClientId
    from clientupdater.domain.write_context import WriteContext


class Contacts(Protocol):
    """The contact numbers of the clients within sight, but for those who are deleted (C4)."""

    def find(self, client: ClientId) -> ContactCard | None:
        """Find a client's; None if there is no such client.

        What "the source" says is said by the source that owns the number (Y10), else by the one
        that told of the client last.
        """
        ...

    def save(
        self, seen: ContactCard, after: ContactCard, write_context: WriteContext
    ) -> ContactCard:
        """Keep what was changed, with a row of `client_changes` for each number in force (C2).

        Answers with the next version of the client. Raises VersionConflict if it is not at the
        version that was seen any more, NotFound if it is gone. What another unit of work is
        about to keep is waited for.
        """
        ...
