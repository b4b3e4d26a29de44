"""Pension numbers: encrypted at rest, found by a blind index, shown only on request (C3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.domain.ids import ClientId


@frozen
class NumberBatch:
    """How many numbers were changed, and the last client examined (None: no more)."""

    changed: int
    last: ClientId | None


@frozen
class LostKey:
    """A key that numbers are encrypted with and that cannot open them."""

    name: str
    numbers: int
    """How many are encrypted with a key of this name."""
    is_configured: bool
    """Whether there is a key of this name, which is thus another one."""


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

    def lost_keys(self) -> Sequence[LostKey]:
        """List the keys that do not open what is encrypted with them; tries some of each."""
        ...

    def renew_batch(self, *, after: ClientId | None, at_most: int) -> NumberBatch:
        """Encrypt and index the next numbers with the newest keys, in the order of identity.

        A number that changes meanwhile is skipped: it has the newest keys already.
        """
        ...

    def forget_batch(self, key: str, *, after: ClientId | None, at_most: int) -> NumberBatch:
        """Delete those of the next numbers that name this key and that no key opens."""
        ...
