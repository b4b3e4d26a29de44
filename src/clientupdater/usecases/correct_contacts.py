"""Correct a client's contact numbers by hand (C1, C2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.usecases._contacts import keep_contacts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.contacts import ContactCard
    from clientupdater.domain.sync.fields import Field
    from clientupdater.usecases._client_files import ClientFiles, ClientRef


@frozen
class CorrectContacts:
    """What staff correct wins over the source from then on, and is kept beside its value."""

    files: ClientFiles

    def __call__(
        self,
        caller: Caller,
        client: ClientRef,
        corrections: Mapping[Field, str | None],
        version: int,
    ) -> ContactCard:
        """Correct the numbers that are named; `version` is the client's that was seen."""
        with self.files.open(caller, client, Permission.CLIENTS_UPDATE) as file:
            return keep_contacts(
                file, lambda seen: seen.corrected(corrections), version, "client.correct"
            )
