"""Pension numbers: encrypted at rest, found by a blind index, shown only on request (C3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.domain.ids import ClientId


@frozen
class RenewedBatch:
    """How many numbers were encrypted again, and the last client examined (None: no more)."""

    renewed: int
    last: ClientId | None


class PensionNumbers(Protocol):
    """The numbers of the clients that the transaction sees."""

    def show(self, client: ClientId) -> str | None:
        """Decrypt a client's number; None if there is none, or no such client."""
        ...

    def keep(self, client: ClientId, number: str) -> None:
        """Encrypt a number for this client, replacing the one before.

        Raises NotFound if there is no such client.
        """
        ...

    def owners(self, number: str) -> Sequence[ClientId]:
        """Find the clients with this number, decrypting none.

        One person may be the client of several companies.
        """
        ...

    def missing_keys(self) -> frozenset[str]:
        """List the keys that numbers are encrypted with and that are not configured."""
        ...

    def renew_batch(self, *, after: ClientId | None, at_most: int) -> RenewedBatch:
        """Encrypt the next numbers with the newest key, in the order of identity.

        A number that changes meanwhile is skipped: it has the newest key already.
        """
        ...
