"""Showing a pension number in full, and sealing all of them with the newest key (C3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import NotFound
from clientupdater.domain.permissions import Permission
from clientupdater.ports.unit_of_work import SYSTEM

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import ClientId
    from clientupdater.ports.pension_numbers import RenewedBatch
    from clientupdater.usecases.tracking.client_access import ClientAccess, ClientRef

BATCH = 500

"""Numbers sealed in one transaction: small enough that nobody's write waits for it."""


@frozen
class PensionNumberAccess:
    """Pension numbers are sealed at rest; who looks at one in full is logged."""

    files: ClientAccess
    batch: int = BATCH

    def reveal(self, caller: Caller, client: ClientRef) -> str:
        """Give the number; NotFound where the client has none.

        One look, one line in the log of who saw what: in the same transaction, or no look.
        """
        with self.files.open(caller, client, Permission.CLIENTS_REVEAL) as file:
            number = file.tx.pension_numbers.show(file.client.id)
            if number is None:
                raise NotFound("The client has no pension number.")
            file.tx.audit.saw(caller, "revealed", file.client.id, "pension_number")
        return number

    def renew(self) -> int:
        """Renew them batch by batch; tell how many were sealed with an older key.

        May be stopped at any moment and run again: what is renewed is passed over.
        """
        batch = self._renew(None)
        renewed = batch.renewed
        while batch.last:
            batch = self._renew(batch.last)
            renewed += batch.renewed
        return renewed

    def _renew(self, after: ClientId | None) -> RenewedBatch:
        with self.files.work.begin(SYSTEM) as tx:
            return tx.pension_numbers.renew_batch(after=after, at_most=self.batch)

    def find_missing_keys(self) -> frozenset[str]:
        """Name them; Misconfigured where there are no keys at all.

        Reads the names of the keys alone, and opens nothing.
        """
        with self.files.work.begin(SYSTEM) as tx:
            return tx.pension_numbers.missing_keys()
