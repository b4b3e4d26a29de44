"""Show a pension number in full, and seal all of them with the newest key (C3)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.callers import Origin
from clientupdater.domain.errors import NotFound
from clientupdater.domain.permissions import Permission
from clientupdater.ports.audit import LoggedAction
from clientupdater.ports.unit_of_work import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import ClientId, ClientRef
    from clientupdater.ports.pension_numbers import LostKey, NumberBatch, PensionNumbers
    from clientupdater.usecases.clients.client_access import ClientAccess

_LIBRARY = Origin()
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

    def renew(self, origin: Origin = _LIBRARY) -> int:
        """Seal and index all numbers with the newest keys; return how many had older ones.

        It can be stopped at any moment and run again. Each batch is logged with its number (L1).
        """
        return self._in_batches(
            lambda numbers, after: numbers.renew_batch(after=after, at_most=self.batch),
            partial(_logged, "keys.rotate", ""),
            origin,
        )

    def forget(self, key: str, origin: Origin = _LIBRARY) -> int:
        """Delete the numbers that name this key and that no key opens; return how many.

        Numbers that can be read stay. A full run of a source delivers the deleted ones again. Each
        batch is logged with its number (L1).
        """
        return self._in_batches(
            lambda numbers, after: numbers.forget_batch(key, after=after, at_most=self.batch),
            partial(_logged, "keys.forget", key),
            origin,
        )

    def _in_batches(
        self,
        change: Callable[[PensionNumbers, ClientId | None], NumberBatch],
        logged: Callable[[int], LoggedAction],
        origin: Origin,
    ) -> int:
        changed, after = 0, None
        while True:
            with self.clients.work.begin(SYSTEM) as tx:
                batch = change(tx.pension_numbers, after)
                if batch.changed:
                    tx.audit.log_operation(origin, logged(batch.changed))
            changed, after = changed + batch.changed, batch.last
            if after is None:
                return changed

    def find_lost_keys(self) -> Sequence[LostKey]:
        """List the keys that do not open what is sealed with them.

        Raises Misconfigured if no key is configured.
        """
        with self.clients.work.begin(SYSTEM) as tx:
            return tx.pension_numbers.lost_keys()


def _logged(action: str, key: str, numbers: int) -> LoggedAction:
    details = {"numbers": numbers}
    return LoggedAction(action=action, resource="key", resource_id=key, details=details)
