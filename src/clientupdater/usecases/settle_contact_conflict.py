"""Settle a conflict between what staff corrected and what the source said later (C1, C2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.usecases._contacts import keep_contacts

if TYPE_CHECKING:
    from collections.abc import Collection

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.contacts import ContactCard, Settlement
    from clientupdater.domain.sync.fields import Field
    from clientupdater.usecases._client_files import ClientFiles, ClientRef


@frozen
class SettleContactConflict:
    """Ours stays until the source says something new again; theirs is the source's from then on."""

    files: ClientFiles

    def __call__(
        self,
        caller: Caller,
        client: ClientRef,
        how: Settlement,
        version: int,
        only: Collection[Field] | None = None,
    ) -> ContactCard:
        """Settle what is in conflict, or only these numbers; where nothing is, nothing is done."""
        with self.files.open(caller, client, Permission.CLIENTS_UPDATE) as file:
            return keep_contacts(
                file, lambda seen: seen.settled(how, only), version, f"client.{how}"
            )
