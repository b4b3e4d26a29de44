"""Correct contact numbers, and settle conflicts with a source (C1)."""

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
    from clientupdater.domain.ids import ClientRef
    from clientupdater.domain.sync.fields import Field
    from clientupdater.usecases.clients.client_access import ClientAccess, ClientTransaction


@frozen
class ContactCorrections:
    """A correction by staff wins over the source; the source's value is kept beside it.

    `version` is the version of the client that the caller saw.
    """

    clients: ClientAccess

    def correct(
        self,
        caller: Caller,
        client: ClientRef,
        corrections: Mapping[Field, str | None],
        version: int,
    ) -> ContactCard:
        """Correct the numbers that are named."""
        with self.clients.open(caller, client, Permission.CLIENTS_UPDATE) as client_tx:
            return _change(
                client_tx, lambda card: card.corrected(corrections), version, "client.correct"
            )

    def settle(
        self,
        caller: Caller,
        client: ClientRef,
        how: Settlement,
        version: int,
        only: Collection[Field] | None = None,
    ) -> ContactCard:
        """Settle every conflict, or those of some numbers; without a conflict, change nothing.

        Ours holds until the source sends a new value; theirs follows the source from now on.
        """
        with self.clients.open(caller, client, Permission.CLIENTS_UPDATE) as client_tx:
            return _change(
                client_tx, lambda card: card.settled(how, only), version, f"client.{how}"
            )


def _change(
    client_tx: ClientTransaction,
    edit: Callable[[ContactCard], ContactCard],
    version: int,
    action: str,
) -> ContactCard:
    clients = client_tx.tx.clients
    seen = clients.contacts(client_tx.client.id)
    if seen is None:
        raise NotFound
    after = edit(seen)
    if version != seen.version:
        fields = [change.field for change in seen.changes_to(after)]
        raise VersionConflict(provided=version, current=seen.version, fields=fields)
    if after == seen:
        return seen
    by = client_tx.caller.actor.id
    write_context = WriteContext(now=client_tx.clock.now(), zone=client_tx.zone, by=by)
    saved = clients.save_contacts(seen, after, write_context)
    changed = sorted(each for each in seen.numbers if seen.numbers[each] != after.numbers[each])
    client_tx.log(action, fields=", ".join(changed))
    return saved
