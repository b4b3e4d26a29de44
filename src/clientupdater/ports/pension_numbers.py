"""Pension numbers: kept sealed, found by a blind index, shown only on purpose (C3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.domain.ids import ClientId


@frozen
class RenewedBatch:
    """How many numbers were sealed anew, and the last client looked at (None: no more)."""

    renewed: int
    last: ClientId | None


class PensionNumbers(Protocol):
    """The numbers of the clients within sight."""

    def show(self, client: ClientId) -> str | None:
        """Open a client's number; None if there is none, or no such client."""
        ...

    def keep(self, client: ClientId, number: str) -> None:
        """Seal a number for this client alone, in place of the one before.

        Raises NotFound if there is no such client.
        """
        ...

    def owners(self, number: str) -> Sequence[ClientId]:
        """Find whose number it is, without opening any.

        One person may be the client of several companies.
        """
        ...

    def missing_keys(self) -> frozenset[str]:
        """Name the keys that numbers are sealed with and that we do not have."""
        ...

    def renew_batch(self, *, after: ClientId | None, at_most: int) -> RenewedBatch:
        """Seal the next numbers anew with the newest key, in the order of identity.

        One that somebody changes meanwhile is passed over: it has the newest key already.
        """
        ...
