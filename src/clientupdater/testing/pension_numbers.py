"""Pension numbers in memory: sealed there as well, so that no twin of the book shows them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.adapters.security.key_ring import key_of
from clientupdater.domain.errors import NotFound
from clientupdater.ports.pension_numbers import LostKey, NumberBatch

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientupdater.adapters.security.vault import SealedNumber, Vault
    from clientupdater.domain.ids import ClientId


@frozen
class MemoryPensionNumbers:
    """The numbers of the clients within the scope, in a dictionary of sealed ones."""

    _sealed: dict[ClientId, SealedNumber | None]
    _written: dict[ClientId, SealedNumber | None]
    """None: the number was deleted."""
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

    def lost_keys(self) -> list[LostKey]:
        """Try every number."""
        everyone = self._all()
        names = Counter(key_of(sealed.ciphertext) for sealed in everyone.values())
        lost = {key_of(everyone[client].ciphertext) for client in everyone if self._is_lost(client)}
        return [
            LostKey(name, names[name], is_configured=name in self._vault.ring.keys)
            for name in sorted(lost)
        ]

    def renew_batch(self, *, after: ClientId | None, at_most: int) -> NumberBatch:
        """Seal and index the next numbers anew with the newest keys."""
        everyone = self._all()
        looked_at, last = self._next(after, at_most)
        changed = 0
        for client in looked_at:
            old = everyone[client]
            new = self._vault.renewed(old.ciphertext, old.blind_index, client)
            if new:
                self._written[client], changed = new, changed + 1
        return NumberBatch(changed, last)

    def forget_batch(self, key: str, *, after: ClientId | None, at_most: int) -> NumberBatch:
        """Delete those of the next numbers that name this key and that no key opens."""
        everyone = self._all()
        looked_at, last = self._next(after, at_most)
        lost = [c for c in looked_at if key_of(everyone[c].ciphertext) == key and self._is_lost(c)]
        self._written.update(dict.fromkeys(lost))
        return NumberBatch(len(lost), last)

    def _next(self, after: ClientId | None, at_most: int) -> tuple[list[ClientId], ClientId | None]:
        looked_at = sorted(c for c in self._all() if after is None or c > after)[:at_most]
        return looked_at, looked_at[-1] if len(looked_at) == at_most else None

    def _is_lost(self, client: ClientId) -> bool:
        return not self._vault.opens(self._all()[client].ciphertext, client)

    def _all(self) -> dict[ClientId, SealedNumber]:
        kept = {**self._sealed, **self._written}
        return {client: sealed for client, sealed in kept.items() if sealed and self._sees(client)}
