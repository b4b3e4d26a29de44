"""Signing the scope of a transaction, so that no other statement can widen it (ADR 39)."""

from __future__ import annotations

import hmac
import time
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

from attrs import frozen
from psycopg.errors import InsufficientPrivilege, UndefinedFunction

from clientupdater.adapters.postgres.core.connect import (
    connected,
    described,
    translated,
)
from clientupdater.domain.errors import Fault, Misconfigured
from clientupdater.domain.ids import PersonId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.adapters.security.keyed_hash import KeyedHash

VALID_FOR = 3600
"""Seconds within which a transaction must begin; longer than clocks differ."""
ACTOR = "actor"
COMPANIES = ("area_companies", "branch_companies", "self_companies")
"""Companies that a policy asks for together with ids that it verifies."""
_ANOTHER_KEY = (
    "is not the key that the database verifies scopes with; set the key with which "
    "`clientupdater db seed` was run"
)
_BLOCK = 64
ANY_PROCESS = 0
"""For which a signature holds in every process of the server."""
_RENEWED_EVERY = 60
"""Seconds within which the same scope is signed once."""


@lru_cache(1024)
def _signed(
    key: bytes, header: str, arrays: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    def signature(message: str) -> str:
        return hmac.digest(key, message.encode(), "sha256").hex()

    return (
        (ACTOR, signature(f"clientupdater.{ACTOR}|{header}") + header),
        *((name, signature(f"clientupdater.{name}|{header}|{ids}") + ids) for name, ids in arrays),
    )


@frozen
class ScopeSigner:
    """Signs with the key that ``clientupdater db seed`` stores in the database."""

    keyed: KeyedHash

    @cached_property
    def name(self) -> str:
        """Name the key, without giving it away."""
        return sha256(self.keyed.key).hexdigest()[:16]

    @property
    def pads(self) -> tuple[bytes, bytes]:
        """The key as HMAC pads it, inner and outer: all that the database needs to verify."""
        key = self.keyed.key.ljust(_BLOCK, b"\0")
        return bytes(each ^ 0x36 for each in key), bytes(each ^ 0x5C for each in key)

    def signed(self, process: int, actor: PersonId, arrays: Mapping[str, str]) -> dict[str, str]:
        """Give the settings of a scope, each with its signature before it, for one process.

        The companies of COMPANIES go with the actor, which every signature is over.
        """
        expires = int(time.time()) // _RENEWED_EVERY * _RENEWED_EVERY + VALID_FOR
        companies = "|".join([arrays.get(name, "{}") for name in COMPANIES])
        header = f"{actor}|{expires}|{process}|{self.name}|{companies}"
        others = tuple(each for each in arrays.items() if each[0] not in COMPANIES)
        return dict(_signed(self.keyed.key, header, others))


def verifies(url: str, signer: ScopeSigner | None) -> bool:
    """Whether the database verifies scopes; raises Misconfigured where it refuses the signer's."""
    actor = PersonId(UUID(int=0))
    with connected(url) as connection, translated(described(url)), connection.transaction():
        values = signer.signed(process_of(connection), actor, {}) if signer else {ACTOR: str(actor)}
        connection.execute(f"set local clientupdater.{ACTOR} = '{values[ACTOR]}'".encode())
        try:
            row = connection.execute("select scopes_are_verified(), scope_actor()").fetchone()
        except InsufficientPrivilege as error:
            raise Misconfigured([Fault("BLIND_INDEX_KEY", _ANOTHER_KEY)]) from error
        except UndefinedFunction:
            return False  # the schema is older; the check of the schema says so
    return bool(row and row[0])


def process_of(connection: Connection) -> int:
    """Name the server's process that a signature holds for; any, where a pooler chooses it."""
    return ANY_PROCESS if connection.is_pooled else connection.pgconn.backend_pid
