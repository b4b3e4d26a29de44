"""Show a pension number in full, and seal all of them with the newest key (C3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import NotFound
from clientupdater.domain.permissions import Permission
from clientupdater.ports.unit_of_work import SYSTEM

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import ClientId, ClientRef
    from clientupdater.ports.pension_numbers import RenewedBatch
    from clientupdater.usecases.clients.client_access import ClientAccess

BATCH = 500
"""Numbers sealed in one transaction: small enough that no other write waits for it."""


@frozen
class PensionNumberAccess:
    """Pension numbers are sealed at rest; each look at a full one is logged."""

    clients: ClientAccess
    batch: int = BATCH

    def reveal(self, caller: Caller, client: ClientRef) -> str:
        """Show the number, and log the look in the same transaction.

        Raises NotFound if the client has none.
        """
        with self.clients.open(caller, client, Permission.CLIENTS_REVEAL) as client_tx:
            number = client_tx.tx.pension_numbers.show(client_tx.client.id)
            if number is None:
                raise NotFound("The client has no pension number.")
            client_tx.tx.audit.log_access(caller, "revealed", client_tx.client.id, "pension_number")
        return number

    def renew(self) -> int:
        """Seal all numbers with the newest key, in batches; return how many had an older one.

        It can be stopped at any moment and run again.
        """
        batch = self._renew(None)
        renewed = batch.renewed
        while batch.last:
            batch = self._renew(batch.last)
            renewed += batch.renewed
        return renewed

    def _renew(self, after: ClientId | None) -> RenewedBatch:
        with self.clients.work.begin(SYSTEM) as tx:
            return tx.pension_numbers.renew_batch(after=after, at_most=self.batch)

    def find_missing_keys(self) -> frozenset[str]:
        """List the keys that numbers are sealed with and that are not configured.

        Raises Misconfigured if no key is configured.
        """
        with self.clients.work.begin(SYSTEM) as tx:
            return tx.pension_numbers.missing_keys()
