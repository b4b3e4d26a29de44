"""Correcting contact numbers, and settling conflicts with a source (C1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import NotFound, VersionConflict
from clientupdater.domain.permissions import Permission
from clientupdater.domain.write_context import WriteContext

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.contacts import ContactCard, Settlement
    from clientupdater.domain.sync.fields import Field
    from clientupdater.usecases.tracking.client_access import (
        ClientAccess,
        ClientRef,
        ClientTransaction,
    )


@frozen
class ContactCorrections:
    """What staff correct by hand wins over what a source says."""

    files: ClientAccess

    def correct(
        self,
        caller: Caller,
        client: ClientRef,
        corrections: Mapping[Field, str | None],
        version: int,
    ) -> ContactCard:
        """Correct the numbers that are named; `version` is the client's that was seen.

        What staff correct wins over the source from then on, and is kept beside its value.
        """
        with self.files.open(caller, client, Permission.CLIENTS_UPDATE) as file:
            return keep_contacts(
                file, lambda seen: seen.corrected(corrections), version, "client.correct"
            )

    def settle(
        self,
        caller: Caller,
        client: ClientRef,
        how: Settlement,
        version: int,
        only: Collection[Field] | None = None,
    ) -> ContactCard:
        """Settle what is in conflict, or only these numbers; where nothing is, nothing is done.

        Ours stays until the source says something new again; theirs is the source's from then on.
        """
        with self.files.open(caller, client, Permission.CLIENTS_UPDATE) as file:
            return keep_contacts(
                file, lambda seen: seen.settled(how, only), version, f"client.{how}"
            )


def keep_contacts(
    file: ClientTransaction, act: Callable[[ContactCard], ContactCard], version: int, action: str
) -> ContactCard:
    """Keep what an act makes of a client's numbers; where it makes nothing new, nothing is done."""
    seen = file.tx.contacts.find(file.client.id)
    if seen is None:
        raise NotFound
    after = act(seen)
    if version != seen.version:
        fields = [change.field for change in seen.changes_to(after)]
        raise VersionConflict(provided=version, current=seen.version, fields=fields)
    if after == seen:
        return seen
    kept = file.tx.contacts.save(seen, after, _occasion(file))
    touched = sorted(each for each in seen.numbers if seen.numbers[each] != after.numbers[each])
    file.did(action, fields=", ".join(touched))
    return kept


def _occasion(file: ClientTransaction) -> WriteContext:
    return WriteContext(now=file.clock.now(), zone=file.zone, by=file.caller.actor.id)
