"""Pension numbers over one PostgreSQL transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

from attrs import frozen

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.adapters.security.key_ring import key_of
from clientupdater.domain.errors import NotFound
from clientupdater.domain.ids import ClientId
from clientupdater.ports.pension_numbers import LostKey, NumberBatch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.adapters.security.vault import Vault

QUERIES = named_queries("clients/pension_numbers.sql")
Columns: TypeAlias = "Mapping[str, Sequence[object]]"
BEFORE_ALL = UUID(int=0)
SAMPLE = 100
"""Numbers of each key that are opened to see whether it is the right one."""


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

    def lost_keys(self) -> Sequence[LostKey]:
        """Try a sample of each key's numbers."""
        rows = self._connection.execute(QUERIES["keys"], {"sample": SAMPLE}).fetchall()
        return [
            LostKey(name, numbers, is_configured=name in self._vault.ring.keys)
            for name, numbers, ids, ciphertexts in rows
            if not all(map(self._vault.opens, ciphertexts, map(ClientId, ids)))
        ]

    def renew_batch(self, *, after: ClientId | None, at_most: int) -> NumberBatch:
        """Seal and index the next numbers anew with the newest keys."""
        rows, last = self._candidates(after, at_most)
        renewed = [
            (client, old, new)
            for client, old, index in rows
            if (new := self._vault.renewed(old, index, client))
        ]
        values: Columns = {
            "ids": [client for client, _, _ in renewed],
            "seen": [old for _, old, _ in renewed],
            "renewed": [new.ciphertext for _, _, new in renewed],
            "indexes": [new.blind_index for _, _, new in renewed],
        }
        return NumberBatch(self._change("renew", values), last)

    def forget_batch(self, key: str, *, after: ClientId | None, at_most: int) -> NumberBatch:
        """Delete those of the next numbers that name this key and that no key opens."""
        rows, last = self._candidates(after, at_most)
        lost = [
            (client, sealed)
            for client, sealed, _ in rows
            if key_of(sealed) == key and not self._vault.opens(sealed, client)
        ]
        values: Columns = {
            "ids": [client for client, _ in lost],
            "seen": [sealed for _, sealed in lost],
        }
        return NumberBatch(self._change("forget", values), last)

    def _candidates(
        self, after: ClientId | None, at_most: int
    ) -> tuple[list[tuple[ClientId, bytes, bytes]], ClientId | None]:
        values: dict[str, object] = {"after": after or BEFORE_ALL, "at_most": at_most}
        items = self._connection.execute(QUERIES["candidates"], values).fetchall()
        rows = [(ClientId(client), sealed, index) for client, sealed, index in items]
        return rows, rows[-1][0] if len(rows) == at_most else None

    def _change(self, statement: str, values: Columns) -> int:
        return self._connection.execute(QUERIES[statement], values).rowcount if values["ids"] else 0
