"""Pension numbers over one PostgreSQL transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from attrs import frozen

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.domain.errors import NotFound
from clientupdater.domain.ids import ClientId
from clientupdater.ports.pension_numbers import RenewedBatch

if TYPE_CHECKING:
    from clientupdater.adapters.postgres.core.connect import Connection
    from clientupdater.adapters.security.vault import Vault

QUERIES = named_queries("clients/pension_numbers.sql")
BEFORE_ALL = UUID(int=0)


@frozen
class PostgresPensionNumbers:
    """Implements `PensionNumbers`."""

    _connection: Connection
    _vault: Vault

    def show(self, client: ClientId) -> str | None:
        """Open a client's number."""
        row = self._connection.execute(QUERIES["show"], {"client": client}).fetchone()
        return self._vault.opened(row[0], client) if row and row[0] else None

    def keep(self, client: ClientId, number: str) -> None:
        """Seal a number for this client alone."""
        sealed = self._vault.sealed(number, client)
        values = {
            "client": client,
            "ciphertext": sealed.ciphertext,
            "blind_index": sealed.blind_index,
            "last_four": sealed.last_four,
        }
        if not self._connection.execute(QUERIES["keep"], values).rowcount:
            raise NotFound

    def owners(self, number: str) -> list[ClientId]:
        """Find whose number it is."""
        values = {"blind_index": self._vault.blind_index(number)}
        cursor = self._connection.execute(QUERIES["owners"], values)
        return [ClientId(client) for (client,) in cursor]

    def missing_keys(self) -> frozenset[str]:
        """Name the keys that numbers are sealed with and that we do not have."""
        rows = self._connection.execute(QUERIES["keys"]).fetchall()
        return frozenset(name for (name,) in rows) - self._vault.ring.keys.keys()

    def renew_batch(self, *, after: ClientId | None, at_most: int) -> RenewedBatch:
        """Seal the next numbers anew with the newest key."""
        values: dict[str, object] = {"after": after or BEFORE_ALL, "at_most": at_most}
        rows = self._connection.execute(QUERIES["candidates"], values).fetchall()
        stale = [each for each in rows if not self._vault.ring.is_current(each[1])]
        last = ClientId(rows[-1][0]) if len(rows) == at_most else None
        return RenewedBatch(self._renew([(ClientId(id_), old) for id_, old in stale]), last)

    def _renew(self, stale: list[tuple[ClientId, bytes]]) -> int:
        if not stale:
            return 0
        values = {
            "ids": [client for client, _ in stale],
            "seen": [old for _, old in stale],
            "renewed": [self._vault.renewed(old, client) for client, old in stale],
        }
        return self._connection.execute(QUERIES["renew"], values).rowcount
