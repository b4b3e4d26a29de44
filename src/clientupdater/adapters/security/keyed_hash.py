"""Telling things apart without knowing what they are."""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

_LENGTH_BYTES = 4


@frozen
class KeyedHash:
    """The same for the same parts; without the key nobody can try which parts they were."""

    key: bytes = field(factory=lambda: secrets.token_bytes(32), repr=False)

    def of(self, parts: Iterable[str]) -> bytes:
        """Hash them in their order; where one ends and the next begins counts."""
        return hmac.digest(self.key, b"".join(_framed(part) for part in parts), sha256)


def _framed(part: str) -> bytes:
    # What people type may hold half a character; it is hashed like any other.
    encoded = part.encode(errors="surrogatepass")
    return len(encoded).to_bytes(_LENGTH_BYTES) + encoded
