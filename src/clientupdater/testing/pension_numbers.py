"""Pension numbers in memory: sealed there as well, so that no twin of the book shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.adapters.security.key_ring import key_of
from clientupdater.domain.errors import NotFound
from clientupdater.ports.pension_numbers import RenewedBatch

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientupdater.adapters.security.vault import SealedNumber, Vault
    from clientupdater.domain.ids import ClientId


@frozen
class MemoryPensionNumbers:
    """The numbers of the clients within the scope, in a dictionary of sealed ones."""

    _sealed: dict[ClientId, SealedNumber]
    _written: dict[ClientId, SealedNumber]
    _vault: Vault
    _sees: Callable[[ClientId], bool]

    def show(self, client: ClientId) -> str | None:
        """Open a client's number."""
        value = self._all().get(client)
        return self._vault.opened(value.ciphertext, client) if value else None

    def keep(self, client: ClientId, number: str) -> None:
        """Seal a number for this client alone."""
        if not self._sees(client):
            raise NotFound
        self._written[client] = self._vault.sealed(number, client)

    def owners(self, number: str) -> list[ClientId]:
        """Find whose number it is."""
        index = self._vault.blind_index(number)
        return sorted(c for c, sealed in self._all().items() if sealed.blind_index == index)

    def missing_keys(self) -> frozenset[str]:
        """Name the keys that numbers are sealed with and that we do not have."""
        names = {key_of(sealed.ciphertext) for sealed in self._all().values()}
        return frozenset(names - self._vault.ring.keys.keys())

    def renew_batch(self, *, after: ClientId | None, at_most: int) -> RenewedBatch:
        """Seal the next numbers anew with the newest key."""
        everyone = self._all()
        looked_at = sorted(c for c in everyone if after is None or c > after)[:at_most]
        stale = [c for c in looked_at if not self._vault.ring.is_current(everyone[c].ciphertext)]
        for client in stale:
            renewed = self._vault.renewed(everyone[client].ciphertext, client)
            self._written[client] = evolve(everyone[client], ciphertext=renewed)
        return RenewedBatch(len(stale), looked_at[-1] if len(looked_at) == at_most else None)

    def _all(self) -> dict[ClientId, SealedNumber]:
        kept = {**self._sealed, **self._written}
        return {client: sealed for client, sealed in kept.items() if self._sees(client)}
